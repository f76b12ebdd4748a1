/**
 * A fake API server that supports tables: it answers like a kube-apiserver to
 * `kubectl get`, with columns determined by the test.
 *
 * @module
 */

import { listenHttp } from "../../testing/_http_listener.ts";
import { FakeApiServer } from "../../testing/fake_api_server.ts";
import type { ObjectInput } from "../../testing/stored_object.ts";
import { field } from "../../internal/json_fields.ts";

/** A column definition. */
export interface ColumnDefinition {
  name: string;
  type?: string;
  priority?: number;
}

/** The columns of pods, and their values. */
export const POD_COLUMNS: readonly ColumnDefinition[] = [
  { name: "Name", type: "string", priority: 0 },
  { name: "Status", type: "string", priority: 0 },
  { name: "Age", type: "string", priority: 0 },
  { name: "Node", type: "string", priority: 1 },
];

function cellsOf(object: unknown): unknown[] {
  return [
    field(object, "metadata", "name"),
    field(object, "status", "phase") ?? "Pending",
    "5s",
    field(object, "spec", "nodeName") ?? null,
  ];
}

/** A server with configurable columns. */
export class TableServer implements AsyncDisposable {
  /** The server whose objects are returned as tables. */
  readonly server: FakeApiServer;
  /** The columns; may be changed at any time. */
  columns = POD_COLUMNS;

  constructor(objects: Iterable<ObjectInput> = []) {
    this.server = new FakeApiServer({ objects });
  }

  /** Starts listening; the port is closed with the server. */
  async listen(): Promise<string> {
    this.#listener = await listenHttp(this.fetch, {});
    return this.#listener.url;
  }

  #listener: (AsyncDisposable & { readonly url: string }) | undefined;

  readonly fetch = async (
    input: string | URL | Request,
    init?: RequestInit,
  ): Promise<Response> => {
    const request = new Request(input, init);
    const wanted = request.headers.get("accept") ?? "";
    if (!wanted.includes("as=Table")) return await this.server.fetch(request);
    const headers = new Headers(request.headers);
    headers.set("accept", "application/json");
    const { url, signal } = request;
    const response = await this.server.fetch(url, { headers, signal });
    if (!response.ok) return response;
    if (new URL(url).searchParams.get("watch") === "true") {
      return new Response(response.body?.pipeThrough(this.#eventsAsTables()));
    }
    const list = await response.json();
    return Response.json(this.#table(list.metadata, list.items, true));
  };

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.dropConnections();
    await this.#listener?.[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }

  #table(metadata: unknown, objects: readonly object[], withColumns: boolean) {
    return {
      kind: "Table",
      apiVersion: "meta.k8s.io/v1",
      metadata,
      columnDefinitions: withColumns ? this.columns : null,
      rows: objects.map((object) => ({
        cells: cellsOf(object).slice(0, this.columns.length),
        object: {
          kind: "PartialObjectMetadata",
          apiVersion: "meta.k8s.io/v1",
          metadata: field(object, "metadata"),
        },
      })),
    };
  }

  /**
   * Each chunk has whole events; only the first event has column definitions.
   */
  #eventsAsTables(): TransformStream<
    Uint8Array<ArrayBuffer>,
    Uint8Array<ArrayBuffer>
  > {
    let isFirst = true;
    return new TransformStream({
      transform: (bytes, controller) => {
        const lines = new TextDecoder().decode(bytes).trimEnd().split("\n");
        for (const line of lines) {
          const { type, object } = JSON.parse(line);
          const sent = type === "ERROR"
            ? object
            : this.#table({}, [object], isFirst);
          isFirst = false;
          const text = JSON.stringify({ type, object: sent });
          controller.enqueue(new TextEncoder().encode(`${text}\n`));
        }
      },
    });
  }
}
