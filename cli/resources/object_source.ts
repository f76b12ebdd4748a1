/**
 * Lists and watches objects, like `RestListerWatcher`, but with the client of a
 * connection, which keeps the digits of large integers.
 *
 * @module
 */

import { dropsManagedFields } from "../../api/_managed_fields_option.ts";
import { ListParser } from "../../rest/_list_body.ts";
import { type Parameter, withDefaults } from "../../rest/_request_url.ts";
import type { RestClient } from "../../rest/_rest_client.ts";
import type {
  KubernetesList,
  ListerWatcher,
  ListOptions,
  WatchEvent,
  WatchOptions,
} from "../../api/types.ts";
import type { Place } from "./resource_source.ts";

const ACCEPT = "application/json";

/** Options for {@linkcode ObjectSource}. */
export interface ObjectSourceOptions extends Place {
  /** Sends the requests. */
  client: RestClient;
}

/** Lists and watches objects. */
export class ObjectSource implements ListerWatcher {
  readonly #client: RestClient;
  readonly #path: string;
  readonly #selectors: Readonly<Record<string, Parameter>>;

  /**
   * Creates a source. Sends no request yet.
   *
   * @param options The objects, and how to reach them.
   * @throws {TypeError} If the path is malformed.
   */
  constructor(
    { client, path, labelSelector, fieldSelector }: ObjectSourceOptions,
  ) {
    client.url(path);
    this.#client = client;
    this.#path = path;
    this.#selectors = { labelSelector, fieldSelector };
  }

  /**
   * Lists the objects, or one page of them.
   *
   * @param options The options of the request.
   * @returns The list.
   */
  async list(options: ListOptions): Promise<KubernetesList> {
    const { signal, ...parameters } = options;
    const query = withDefaults(this.#selectors, parameters);
    const request = { path: this.#path, query, accept: ACCEPT, signal };
    const parser = new ListParser({
      dropManagedFields: dropsManagedFields(options),
    });
    const body = await this.#client.read(
      request,
      (part) => parser.take(part),
    );
    return parser.finish(body);
  }

  /**
   * Watches the objects.
   *
   * @param options The options of the request.
   * @returns The events.
   */
  async watch(
    options: WatchOptions,
  ): Promise<ReadableStream<WatchEvent>> {
    const { signal, ...parameters } = options;
    const defaults = { watch: true, ...this.#selectors };
    const query = withDefaults(defaults, parameters);
    return await this.#client.watch({
      path: this.#path,
      query,
      accept: ACCEPT,
      signal,
      dropManagedFields: dropsManagedFields(options),
    });
  }
}
