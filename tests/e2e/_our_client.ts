/**
 * A client of a control plane with this library: it trusts the control plane's
 * authority, opens a separate connection for each watch, and records its
 * requests.
 */

import {
  type FetchFunction,
  type KubernetesObject,
  RestListerWatcher,
  type RestListerWatcherOptions,
} from "../../watch/mod.ts";
import type { ClientConfig } from "../control_plane/control_plane.ts";

/**
 * Called with the URL of a request when the headers of the response have
 * arrived, before it is delivered.
 */
export type AnswerHook = (url: URL) => Promise<void>;

/** Options for {@linkcode OurClient}. */
export interface OurClientOptions {
  /** Delays each response until it resolves. */
  onAnswer?: AnswerHook | undefined;
}

/** A client with its own connections. */
export class OurClient implements Disposable {
  /** Sends a request over the client's connections. */
  readonly fetch: FetchFunction = (url, init) => this.#send(url, init);
  /** The URLs of the requests sent so far. */
  readonly requests: URL[] = [];
  readonly #config: Pick<ClientConfig, "server" | "token" | "caCert">;
  readonly #http: Deno.HttpClient;
  readonly #onAnswer: AnswerHook | undefined;

  /** Creates a client; connects lazily. */
  constructor(
    config: Pick<ClientConfig, "server" | "token" | "caCert">,
    options: OurClientOptions = {},
  ) {
    this.#config = config;
    this.#onAnswer = options.onAnswer;
    this.#http = Deno.createHttpClient({
      caCerts: [config.caCert],
      http1: true,
      http2: false,
    });
  }

  /** The number of requested watches. */
  get watches(): number {
    return this.requests.filter((url) => url.searchParams.has("watch"))
      .length;
  }

  /**
   * Returns a lister-watcher for a resource.
   *
   * @param path The path of the resource.
   * @param options Options to override.
   * @returns The lister-watcher.
   */
  listerWatcher<T extends KubernetesObject = KubernetesObject>(
    path: string,
    options: Partial<RestListerWatcherOptions> = {},
  ): RestListerWatcher<T> {
    const { server, token } = this.#config;
    const { fetch } = this;
    return new RestListerWatcher<T>({ server, path, token, fetch, ...options });
  }

  /** Closes all connections. */
  [Symbol.dispose](): void {
    this.#http.close();
  }

  async #send(url: string, init: RequestInit): Promise<Response> {
    const request = new URL(url);
    this.requests.push(request);
    const response = await fetch(url, { ...init, client: this.#http });
    await this.#onAnswer?.(request);
    return response;
  }
}
