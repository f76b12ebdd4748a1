/**
 * This library as a client of a control plane: it trusts the control plane's
 * authority, gives each watch a connection of its own, and keeps a record of its
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
 * Called with the URL of a request after the head of its answer has come, before
 * anybody sees it.
 */
export type AnswerHook = (url: URL) => Promise<void>;

/** Options of {@linkcode OurClient}. */
export interface OurClientOptions {
  /** Holds each answer back until it resolves. */
  onAnswer?: AnswerHook | undefined;
}

/** A client with its own connections. */
export class OurClient implements Disposable {
  /** Sends a request over its connections. */
  readonly fetch: FetchFunction = (url, init) => this.#send(url, init);
  /** The URLs of the requests that it has sent so far. */
  readonly requests: URL[] = [];
  readonly #config: Pick<ClientConfig, "server" | "token" | "caCert">;
  readonly #http: Deno.HttpClient;
  readonly #onAnswer: AnswerHook | undefined;

  /** Opens no connection yet. */
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

  /** How many watches it has asked for. */
  get watches(): number {
    return this.requests.filter((url) => url.searchParams.has("watch"))
      .length;
  }

  /**
   * What lists and watches a resource.
   *
   * @param path The resource.
   * @param options What differs from the client's own.
   * @returns It.
   */
  listerWatcher<T extends KubernetesObject = KubernetesObject>(
    path: string,
    options: Partial<RestListerWatcherOptions> = {},
  ): RestListerWatcher<T> {
    const { server, token } = this.#config;
    const { fetch } = this;
    return new RestListerWatcher<T>({ server, path, token, fetch, ...options });
  }

  /** Drops its connections. */
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
