/**
 * Serves a `fetch` function over HTTP with `node:http`, which Deno, Node and
 * Bun support. If a body errors, its socket is destroyed, which the client sees
 * as a lost connection; if the client disconnects, the body is canceled.
 *
 * @module
 */

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { errorText } from "../internal/error_text.ts";
import { ConnectionReset } from "./_connection_reset.ts";
import type { FakeListener, ListenOptions } from "./fake_listener.ts";

/** The size from which on a server compresses an answer. */
const GZIP_FROM_BYTES = 128 * 1024;

type Handler = (request: Request, init: RequestInit) => Promise<Response>;

/**
 * Starts an HTTP listener.
 *
 * @param handler Answers requests.
 * @param options The port and address.
 * @returns The listener.
 */
export async function listenHttp(
  handler: Handler,
  options: ListenOptions,
): Promise<FakeListener> {
  const { port = 0, hostname = "127.0.0.1" } = options;
  const { createServer } = await import("node:http");
  const open = new Set<Promise<void>>();
  const server = createServer((incoming, outgoing) => {
    const exchange = serve(handler, incoming, outgoing).finally(() =>
      open.delete(exchange)
    );
    open.add(exchange);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(
        new Error(
          `Cannot listen on ${hostname}:${port}: ${cause.message}`,
          { cause },
        ),
      ));
    server.listen(port, hostname, resolve);
  });
  const bound = boundPort(server);
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host}:${bound}`,
    port: bound,
    [Symbol.asyncDispose]: () => closing ??= close(server, open),
  };
}

async function close(
  server: Server,
  open: ReadonlySet<Promise<void>>,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
  await Promise.all(open);
}

function boundPort(server: Server): number {
  const address = server.address();
  if (typeof address === "object" && address !== null) return address.port;
  throw new Error("Cannot determine the port: the server is not listening");
}

async function serve(
  handler: Handler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  outgoing.once("error", () => gone.abort());
  try {
    const request = await requestOf(incoming);
    const response = await handler(request, { signal: gone.signal });
    await send(compressed(request, response), outgoing);
  } catch (error) {
    const isExpected = error instanceof ConnectionReset || gone.signal.aborted;
    if (isExpected || outgoing.headersSent) incoming.socket.destroy();
    else {
      // An error thrown by a callback of the test must not look like a lost
      // connection.
      outgoing.writeHead(500, { "content-type": "text/plain" });
      outgoing.end(`The fake API server failed: ${errorText(error)}\n`);
    }
  }
}

/**
 * Compresses a large answer where the client accepts that, like a server. In the
 * same process nothing is sent that could be compressed.
 */
function compressed({ headers }: Request, response: Response): Response {
  const length = Number(response.headers.get("content-length") ?? 0);
  const isAccepted = (headers.get("accept-encoding") ?? "").split(",")
    .some((coding) => coding.split(";")[0]?.trim() === "gzip");
  if (length <= GZIP_FROM_BYTES || !isAccepted || response.body === null) {
    return response;
  }
  const { status } = response;
  const all = new Headers(response.headers);
  all.delete("content-length");
  all.set("content-encoding", "gzip");
  all.append("vary", "Accept-Encoding");
  const body = response.body.pipeThrough(new CompressionStream("gzip"));
  return new Response(body, { status, headers: all });
}

async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const { method = "GET", url = "/" } = incoming;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, String(value));
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of incoming) {
    const bytes: Uint8Array = chunk;
    chunks.push(new Uint8Array(bytes));
  }
  const bodiless = method === "GET" || method === "HEAD";
  return new Request(new URL(url, "http://fake.invalid"), {
    method,
    headers,
    body: bodiless ? null : new Blob(chunks),
  });
}

async function send(
  response: Response,
  outgoing: ServerResponse,
): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.flushHeaders();
  const reader = response.body?.getReader();
  let sent = Promise.resolve();
  try {
    while (reader !== undefined) {
      const { done, value } = await reader.read();
      if (done) break;
      let isSent = () => {};
      sent = new Promise((resolve) => isSent = resolve);
      if (!outgoing.write(value, () => isSent())) await drained(outgoing);
    }
  } catch (error) {
    // What came before the break is not to be lost with it.
    if (!outgoing.destroyed && !outgoing.writableNeedDrain) await sent;
    throw error;
  }
  outgoing.end();
}

/** Resolves when more can be written or the client has disconnected. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      outgoing.off("drain", settle);
      outgoing.off("close", settle);
      resolve();
    };
    outgoing.once("drain", settle);
    outgoing.once("close", settle);
  });
}
