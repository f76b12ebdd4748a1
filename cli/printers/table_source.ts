/**
 * Lists and watches the rows of the server's own table of a resource, as
 * `kubectl get` asks for it: what can be watched as objects can be watched as
 * rows, through the same machinery.
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

/** What is asked for, best first: a server that knows no tables sends objects. */
const ACCEPT = [
  "application/json;as=Table;v=v1;g=meta.k8s.io",
  "application/json;as=Table;v=v1beta1;g=meta.k8s.io",
  "application/json",
].join(",");

/** Whose rows, and how they are reached. */
export interface TableSourceOptions {
  /** Asks the server. */
  client: RestClient;
  /** The resource: `"/api/v1/namespaces/default/pods"`. */
  path: string;
  /** Only objects with these labels. */
  labelSelector?: string | undefined;
  /** Only objects with these field values. */
  fieldSelector?: string | undefined;
}

/** A table, or a list where the server has none. */
interface Answer {
  metadata?: ListMeta | undefined;
  items?: KubernetesObject[] | null | undefined;
}

/** Lists and watches rows. */
export class TableSource implements ListerWatcher<TableObject> {
  readonly #client: RestClient;
  readonly #path: string;
  readonly #selectors: Readonly<Record<string, Parameter>>;
  readonly #reader = new TableReader();

  /**
   * Makes no request yet.
   *
   * @param options Whose rows, and how they are reached.
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
   * @param options As for every `Lister`.
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
    const answer = parseBody(body, isAnswer, "list");
    const items = isTable(answer)
      ? this.#reader.tableRows(answer)
      : (answer.items ?? []).flatMap((object) => this.#reader.rows(object));
    return { metadata: answer.metadata, items };
  }

  /**
   * Watches the rows.
   *
   * @param options As for every `Watcher`.
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

function isAnswer(value: unknown): value is Answer {
  return isTable(value) ||
    isRecord(value) && (Array.isArray(value.items) || value.items === null);
}
