/**
 * Converts a response of `undici` to the runtime's own `Response`.
 *
 * @module
 */

import type { Dispatcher } from "undici";
import { ignore } from "../../internal/abort.ts";

/** Status codes with which a `Response` must not have a body. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Converts a response of `undici` to a `Response`.
 *
 * @param url The URL of the request.
 * @param received The response of `undici`.
 * @returns The response. Its body errors when the connection is lost or the
 *   request is aborted; cancelling it closes the connection.
 */
export function toResponse(
  url: string,
  received: Dispatcher.ResponseData,
): Response {
  const { statusCode: status, statusText, body } = received;
  const headers = toHeaders(received.headers);
  // Without a listener, an error while it is not read would end the process.
  body.on("error", ignore);
  if (WITHOUT_BODY.has(status)) body.destroy();
  const response = new Response(
    WITHOUT_BODY.has(status) ? null : decompress(toStream(body), headers),
    { status, statusText, headers },
  );
  // A relative redirect is resolved against it.
  Object.defineProperty(response, "url", { value: url });
  return response;
}

function toHeaders(lines: Dispatcher.ResponseData["headers"]): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(lines)) {
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  return headers;
}

/** Does not read ahead of demand. */
function toStream(
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

function decompress(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  headers: Headers,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  if (headers.get("content-encoding")?.toLowerCase() !== "gzip") return stream;
  headers.delete("content-encoding");
  headers.delete("content-length");
  return stream.pipeThrough(new DecompressionStream("gzip"));
}
