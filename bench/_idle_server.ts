/**
 * The server for the benchmark of idle watches, run as a separate process:
 * `_idle_server.ts BOOKMARK-SECONDS`. Each watch gets a bookmark that often and
 * nothing else. An API server sends about one in a minute.
 *
 * Prints its address as the first line, and exits when its standard input
 * closes.
 *
 * @module
 */

import { serve, writeAll } from "./_tcp.ts";

const periodMs = Number(Deno.args[0]) * 1000;

const encoder = new TextEncoder();
const head = encoder.encode(
  "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n" +
    "transfer-encoding: chunked\r\nconnection: close\r\n\r\n",
);

function bookmark(version: number): Uint8Array {
  const metadata = { resourceVersion: String(version) };
  const object = { kind: "Pod", apiVersion: "v1", metadata };
  const line = `${JSON.stringify({ type: "BOOKMARK", object })}\n`;
  return encoder.encode(`${line.length.toString(16)}\r\n${line}\r\n`);
}

async function answer(connection: Deno.Conn): Promise<void> {
  await connection.read(new Uint8Array(16 * 1024));
  await writeAll(connection, head);
  // Not all at once.
  let delayMs = Math.random() * periodMs;
  for (let version = 2;; version++) {
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    await writeAll(connection, bookmark(version));
    delayMs = periodMs;
  }
}

await serve(answer);
