/**
 * The way from the clients to the server: counts requests, and knows which of
 * them, and which bodies, have not come to an end.
 *
 * @module
 */

import type { FetchFunction } from "../../mod.ts";
import type { FakeApiServer, Fault } from "../../testing/mod.ts";
import type { Trace } from "./_trace.ts";

/** The header that says who sends a request. */
const CLIENT = "x-simulated-client";

/** A request of a client. */
export interface Sent {
  /** The simulated time, in milliseconds. */
  readonly at: number;
  /** Whether it opens a watch. */
  readonly watch: boolean;
  /** Whether it asks for a page after the first. */
  readonly continued: boolean;
}

/** The network of one simulation. */
export class Network {
  readonly #server: FakeApiServer;
  readonly #trace: Trace;
  readonly #now: () => number;
  readonly #sent = new Map<string, Sent[]>();
  readonly #open = new Set<string>();

  /** Connects clients to a server. */
  constructor(server: FakeApiServer, trace: Trace, now: () => number) {
    this.#server = server;
    this.#trace = trace;
    this.#now = now;
  }

  /** The requests and bodies that have not come to an end. */
  get open(): readonly string[] {
    return [...this.#open];
  }

  /** The requests of a client. */
  sentBy(client: string): readonly Sent[] {
    return this.#sent.get(client) ?? [];
  }

  /** The faults that have befallen a client's requests and watches. */
  faultsOf(client: string): readonly Fault[] {
    return this.#server.faults.used.flatMap(({ fault, request }) =>
      request?.headers.get(CLIENT) === client ? [fault] : []
    );
  }

  /** The options of a `RestListerWatcher` of a client. */
  connect(client: string, allNamespaces: boolean): {
    readonly server: string;
    readonly path: string;
    readonly headers: HeadersInit;
    readonly fetch: FetchFunction;
  } {
    return {
      server: "http://fake",
      path: allNamespaces
        ? "/api/v1/configmaps"
        : "/api/v1/namespaces/sim/configmaps",
      headers: { [CLIENT]: client },
      fetch: (url, init) => this.#fetch(client, url, init),
    };
  }

  async #fetch(
    client: string,
    url: string,
    init: RequestInit,
  ): Promise<Response> {
    const { searchParams } = new URL(url);
    const sent = {
      at: this.#now(),
      watch: searchParams.has("watch"),
      continued: searchParams.has("continue"),
    };
    const earlier = this.#sent.get(client);
    if (earlier === undefined) this.#sent.set(client, [sent]);
    else earlier.push(sent);
    const what = `${sent.watch ? "WATCH" : "GET"} ${shown(searchParams)}`;
    const key = `${client} ${what} #${this.sentBy(client).length}`;
    this.#open.add(key);
    this.#trace.note(client, what);
    try {
      const response = await this.#server.fetch(url, init);
      this.#trace.note(client, `← ${response.status}`);
      return this.#tracked(response, key, init.signal ?? undefined);
    } catch (error) {
      this.#open.delete(key);
      this.#trace.note(client, `← ${String(error)}`);
      throw error;
    }
  }

  /** A response that is open until its body has been read or canceled. */
  #tracked(
    { body, status, headers }: Response,
    key: string,
    signal: AbortSignal | undefined,
  ): Response {
    const closed = () => void this.#open.delete(key);
    if (body === null) {
      closed();
      return new Response(null, { status, headers });
    }
    const reader = body.getReader();
    reader.closed.then(closed, closed);
    signal?.addEventListener("abort", closed, { once: true });
    const tracked = new ReadableStream({
      type: "bytes",
      async pull(controller) {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        controller.close();
        controller.byobRequest?.respond(0);
      },
      cancel: (reason) => reader.cancel(reason),
    });
    return new Response(tracked, { status, headers });
  }
}

/** The parts of a query that tell requests apart. */
function shown(query: URLSearchParams): string {
  const parts = [...query].filter(([name]) =>
    name !== "watch" && name !== "allowWatchBookmarks"
  );
  return parts.map(([name, value]) =>
    `${name}=${value.length > 12 ? `${value.slice(0, 12)}…` : value}`
  ).join(" ");
}
