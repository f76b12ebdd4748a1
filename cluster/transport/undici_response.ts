/**
 * An answer of `undici`'s as the runtime's own `Response`.
 *
 * @module
 */

import type { Dispatcher } from "undici";
import { ignore } from "../../internal/abort.ts";

/** With these no body may be given to a `Response`. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Makes a `Response` of an answer.
 *
 * @param url What was asked for.
 * @param answer The answer.
 * @returns The response. Its body errors when the connection breaks or the
 *   request is aborted, and ends the connection when it is cancelled.
 */
export function responseOf(
  url: string,
  answer: Dispatcher.ResponseData,
): Response {
  const { statusCode: status, statusText, body } = answer;
  const headers = headersOf(answer.headers);
  // It may break while nobody reads, which is no reason to end the process.
  body.on("error", ignore);
  if (WITHOUT_BODY.has(status)) body.destroy();
  const response = new Response(
    WITHOUT_BODY.has(status) ? null : decoded(streamOf(body), headers),
    { status, statusText, headers },
  );
  // Where a redirect leads may depend on it.
  Object.defineProperty(response, "url", { value: url });
  return response;
}

function headersOf(lines: Dispatcher.ResponseData["headers"]): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(lines)) {
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  return headers;
}

/** Reads nothing ahead, so that nothing is read of a watch that nobody sees. */
function streamOf(
  body: Dispatcher.ResponseData["body"],
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunks: AsyncIterator<Uint8Array<ArrayBuffer>> = body
    [Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel() {
      body.destroy();
    },
  }, { highWaterMark: 0 });
}

function decoded(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  headers: Headers,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  if (headers.get("content-encoding")?.toLowerCase() !== "gzip") return stream;
  headers.delete("content-encoding");
  headers.delete("content-length");
  return stream.pipeThrough(new DecompressionStream("gzip"));
}
