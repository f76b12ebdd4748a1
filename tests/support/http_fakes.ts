/**
 * Helpers for HTTP tests: bodies whose chunks and end are controlled by the
 * test, and servers on loopback, both regular ones and ones that control every
 * byte.
 *
 * @module
 */

import { assert } from "@std/assert";
import type { FetchFunction } from "../../mod.ts";

/** Both kinds of bodies: with and without BYOB readers. */
export const BODY_KINDS = ["BYOB", "default"] as const;

/** One of {@linkcode BODY_KINDS}. */
export type BodyKind = typeof BODY_KINDS[number];

/** How a body ends after its last chunk. */
export type BodyEnd = "close" | "hang" | { error: unknown };

type Bytes = Uint8Array<ArrayBuffer>;

/** Encodes a text. */
export function bytes(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/** Splits bytes at the given positions. */
export function cut(whole: Bytes, places: readonly number[]): Bytes[] {
  const sorted = [0, ...places, whole.length].sort((a, b) => a - b);
  return sorted.slice(1).map((end, index) => whole.slice(sorted[index], end))
    .filter((piece) => piece.length > 0);
}

/** A body that delivers its chunks one by one when they are read. */
export class FakeBody {
  readonly stream: ReadableStream<Bytes>;
  /** The reasons with which it was canceled. */
  readonly cancels: unknown[] = [];
  /** The number of reads. */
  pulls = 0;
  readonly #chunks: Bytes[];
  readonly #end: BodyEnd;
  #break: (error: unknown) => void = () => {};

  constructor(
    kind: BodyKind,
    chunks: readonly (Bytes | string)[],
    end: BodyEnd = "close",
    onCancel?: () => Promise<void>,
  ) {
    this.#chunks = chunks.map((chunk) =>
      typeof chunk === "string" ? bytes(chunk) : chunk.slice()
    );
    this.#end = end;
    const start = (controller: { error: (error: unknown) => void }) => {
      this.#break = (error) => controller.error(error);
    };
    const cancel = (reason: unknown) => {
      this.cancels.push(reason);
      return onCancel?.();
    };
    this.stream = kind === "BYOB"
      ? new ReadableStream({
        type: "bytes",
        start,
        pull: (controller) => {
          this.#pull(controller);
          if (this.#end === "close") controller.byobRequest?.respond(0);
        },
        cancel,
      })
      : new ReadableStream({
        start,
        pull: (controller) => this.#pull(controller),
        cancel,
      }, { highWaterMark: 0 });
  }

  /** Breaks the body immediately. */
  break(error: unknown): void {
    this.#break(error);
  }

  #pull(
    controller:
      | ReadableByteStreamController
      | ReadableStreamDefaultController<Bytes>,
  ): void {
    this.pulls++;
    const chunk = this.#chunks.shift();
    if (chunk) controller.enqueue(chunk);
    else if (this.#end === "close") controller.close();
    else if (this.#end !== "hang") controller.error(this.#end.error);
  }
}

/** An HTTP server on loopback that records its requests. */
export class Served implements AsyncDisposable {
  readonly requests: Request[] = [];
  readonly url: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(answer: (request: Request) => Response | Promise<Response>) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => {
        this.requests.push(request);
        return answer(request);
      },
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.shutdown();
  }
}

/** A connection to a {@linkcode RawServer} whose request has been received. */
export class RawConnection {
  readonly #conn: Deno.Conn;
  /** The head of the request. */
  readonly head: string;

  constructor(conn: Deno.Conn, head: string) {
    this.#conn = conn;
    this.head = head;
  }

  /** Writes the whole text. */
  async write(text: string): Promise<void> {
    const rest = bytes(text);
    for (let from = 0; from < rest.length;) {
      from += await this.#conn.write(rest.subarray(from));
    }
  }

  /** Writes a chunk of a chunked body. */
  writeChunk(text: string): Promise<void> {
    return this.write(
      `${bytes(text).length.toString(16)}\r\n${text}\r\n`,
    );
  }

  /** Closes the connection. */
  close(): void {
    this.#conn.close();
  }

  /** Resolves when the client has closed the connection. */
  async closedByPeer(): Promise<void> {
    const buffer = new Uint8Array(1024);
    try {
      while (await this.#conn.read(buffer) !== null);
    } catch (error) {
      // A reset closes the connection too.
      assert(error instanceof Error);
    }
  }
}

/** The head of a response with a chunked body. */
export const CHUNKED =
  "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";

/** A server on loopback that sends nothing by itself. */
export class RawServer implements AsyncDisposable {
  readonly url: string;
  readonly #listener: Deno.TcpListener;
  readonly #onRequest: (connection: RawConnection) => Promise<void> | void;
  readonly #conns = new Set<Deno.Conn>();
  readonly #running: Promise<void>[] = [];

  constructor(onRequest: (connection: RawConnection) => Promise<void> | void) {
    this.#onRequest = onRequest;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.url = `http://127.0.0.1:${this.#listener.addr.port}`;
    this.#running.push(this.#accept());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of this.#conns) closeQuietly(conn);
    await Promise.all(this.#running);
  }

  async #accept(): Promise<void> {
    for await (const conn of this.#listener) {
      this.#conns.add(conn);
      this.#running.push(this.#serve(conn));
    }
  }

  async #serve(conn: Deno.Conn): Promise<void> {
    const head = await readHead(conn);
    if (head !== undefined) {
      await this.#onRequest(new RawConnection(conn, head));
    }
  }
}

async function readHead(conn: Deno.Conn): Promise<string | undefined> {
  const buffer = new Uint8Array(4096);
  let head = "";
  while (!head.includes("\r\n\r\n")) {
    const length = await conn.read(buffer).catch(() => null);
    if (length === null) return undefined;
    head += new TextDecoder().decode(buffer.subarray(0, length));
  }
  return head;
}

function closeQuietly(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch (error) {
    assert(error instanceof Deno.errors.BadResource);
  }
}

/** A `fetch` with scripted responses that records its calls. */
export class FakeFetch {
  readonly calls: { url: unknown; init: RequestInit; self: unknown }[] = [];
  readonly fetch: FetchFunction;

  constructor(
    answer: (
      init: RequestInit,
      call: number,
    ) => Response | Promise<Response>,
  ) {
    const { calls } = this;
    this.fetch = function (this: unknown, url: string, init: RequestInit) {
      const call = calls.push({ url, init, self: this });
      return new Promise((resolve) => resolve(answer(init, call)));
    };
  }

  /** Returns the headers of a call, counted from 1. */
  headers(call: number): Headers {
    return new Headers(this.#call(call).init.headers);
  }

  /** Returns the URL of a call, counted from 1. */
  url(call: number): URL {
    return new URL(String(this.#call(call).url));
  }

  #call(call: number): { url: unknown; init: RequestInit } {
    const found = this.calls[call - 1];
    assert(found, `there was no call ${call}`);
    return found;
  }
}

/** Returns a fetch function that always responds the same. */
export function answering(
  body: BodyInit | null,
  init?: ResponseInit,
): FakeFetch {
  return new FakeFetch(() => new Response(body, init));
}
