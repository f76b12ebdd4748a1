/**
 * The server for the watch benchmark, run as a separate process: a watch of the
 * pods in namespace `n` delivers n events.
 *
 * Only the client is to be measured, so the server must cost almost nothing.
 * The response is encoded in advance, with one HTTP chunk per event like an API
 * server, and written by a plain TCP listener, one request per connection.
 *
 * Prints its address as the first line. Exits when its standard input closes,
 * and so never outlives its parent.
 *
 * @module
 */

import { podEventLine } from "./_pods.ts";
import { serve, writeAll } from "./_tcp.ts";

const DIFFERENT_PODS = 20_000;

const encoder = new TextEncoder();
const head = encoder.encode(
  "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n" +
    "transfer-encoding: chunked\r\nconnection: close\r\n\r\n",
);
const lastChunk = encoder.encode("0\r\n\r\n");
const { bytes, ends } = frameEvents();

/** Returns all events, and where each of them ends. */
function frameEvents(): { bytes: Uint8Array; ends: number[] } {
  const frames: Uint8Array[] = [];
  const ends: number[] = [];
  let length = 0;
  for (let index = 0; index < DIFFERENT_PODS; index++) {
    const line = podEventLine(index);
    const size = encoder.encode(line).length.toString(16);
    const frame = encoder.encode(`${size}\r\n${line}\r\n`);
    frames.push(frame);
    ends.push(length += frame.length);
  }
  const bytes = new Uint8Array(length);
  frames.forEach((frame, index) => bytes.set(frame, ends[index - 1] ?? 0));
  return { bytes, ends };
}

async function answer(connection: Deno.Conn): Promise<void> {
  try {
    const request = new Uint8Array(16 * 1024);
    const length = await connection.read(request) ?? 0;
    const text = new TextDecoder().decode(request.subarray(0, length));
    const [, count] = /^GET \S*\/namespaces\/(\d+)\//.exec(text) ?? [];
    await writeAll(connection, head);
    let left = Number(count);
    while (left > 0) {
      const now = Math.min(left, DIFFERENT_PODS);
      await writeAll(connection, bytes.subarray(0, ends[now - 1]));
      left -= now;
    }
    await writeAll(connection, lastChunk);
  } finally {
    connection.close();
  }
}

await serve(answer);
