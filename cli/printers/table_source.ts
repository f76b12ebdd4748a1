/**
 * Lists and watches objects as rows of the server's table, as `kubectl get`
 * does, through the same machinery as plain objects.
 *
 * @module
 */

import { isRecord } from "../../internal/json_fields.ts";
import { parseBody } from "../../rest/_response_body.ts";
import { type PullStream, pullStream } from "../../internal/pull_stream.ts";
import { type Parameter, withDefaults } from "../../rest/_request_url.ts";
import type { RestClient } from "../../rest/_rest_client.ts";
import type {
  KubernetesList,
  KubernetesObject,
  ListerWatcher,
  ListMeta,
  ListOptions,
  WatchEvent,
  WatchOptions,
} from "../../api/types.ts";
import { isTable, type TableObject, TableReader } from "./table.ts";

/** Prefers tables; a server that does not support them returns objects. */
const ACCEPT = [
  "application/json;as=Table;v=v1;g=meta.k8s.io",
  "application/json;as=Table;v=v1beta1;g=meta.k8s.io",
  "application/json",
].join(",");

/** Options for {@linkcode TableSource}. */
export interface TableSourceOptions {
  /** Sends the requests. */
  client: RestClient;
  /** The path of the resource: `"/api/v1/namespaces/default/pods"`. */
  path: string;
  /** The label selector. */
  labelSelector?: string | undefined;
  /** The field selector. */
  fieldSelector?: string | undefined;
}

/** A table, or a list if the server does not support tables. */
interface ListResponse {
  metadata?: ListMeta | undefined;
  items?: KubernetesObject[] | null | undefined;
}

/** Lists and watches objects as rows of the server's table. */
export class TableSource implements ListerWatcher<TableObject> {
  readonly #client: RestClient;
  readonly #path: string;
  readonly #selectors: Readonly<Record<string, Parameter>>;
  readonly #reader = new TableReader();

  /**
   * Creates a source. Sends no request yet.
   *
   * @param options The objects, and how to reach them.
   */
  constructor(options: TableSourceOptions) {
    const { client, path, labelSelector, fieldSelector } = options;
    this.#client = client;
    this.#path = path;
    this.#selectors = { labelSelector, fieldSelector };
  }

  /**
   * Lists the rows, or one page of them.
   *
   * @param options The options of the request.
   * @returns The rows.
   */
  async list(options: ListOptions): Promise<KubernetesList<TableObject>> {
    const { signal, ...parameters } = options;
    const body = await this.#client.read({
      path: this.#path,
      query: withDefaults(this.#selectors, parameters),
      accept: ACCEPT,
      signal,
    });
    const response = parseBody(body, isListResponse, "list");
    const items = isTable(response)
      ? this.#reader.tableRows(response)
      : (response.items ?? []).flatMap((object) => this.#reader.rows(object));
    return { metadata: response.metadata, items };
  }

  /**
   * Watches the rows.
   *
   * @param options The options of the request.
   * @returns The events.
   */
  async watch(
    options: WatchOptions,
  ): Promise<ReadableStream<WatchEvent<TableObject>>> {
    const { signal, ...parameters } = options;
    const events = await this.#client.watch({
      path: this.#path,
      query: withDefaults({ watch: true, ...this.#selectors }, parameters),
      accept: ACCEPT,
      signal,
    });
    return this.#rowsOf(events.getReader());
  }

  #rowsOf(
    reader: ReadableStreamDefaultReader<WatchEvent>,
  ): ReadableStream<WatchEvent<TableObject>> {
    const rows: PullStream<WatchEvent<TableObject>> = pullStream({
      pull: () => this.#pull(reader, rows.controller),
      cancel: (reason) => void reader.cancel(reason).catch(() => {}),
    });
    return rows.stream;
  }

  async #pull(
    reader: ReadableStreamDefaultReader<WatchEvent>,
    controller: ReadableStreamDefaultController<WatchEvent<TableObject>>,
  ): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        const events = this.#reader.events(value);
        for (const event of events) controller.enqueue(event);
        if (events.length > 0) return;
      }
    } catch (error) {
      controller.error(error);
    }
  }
}

function isListResponse(value: unknown): value is ListResponse {
  return isTable(value) ||
    isRecord(value) && (Array.isArray(value.items) || value.items === null);
}
