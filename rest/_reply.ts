/**
 * A response and its body, with the limits of size and time that hold for
 * every body that is read as a whole.
 *
 * @module
 */

import { errorChainText } from "../internal/error_text.ts";
import type { Redactor } from "../internal/redactor.ts";
import { startTimer } from "../internal/timer.ts";
import { ConnectionError } from "../api/connection_error.ts";
import { ResponseTooLargeError } from "../api/response_too_large_error.ts";
import type { Exchange } from "./_exchange.ts";
import { BodyBytes } from "./_body_bytes.ts";
import { type ReadBody, readBody } from "./_read_body.ts";

/** A response and what belongs to its request. */
export interface Reply {
  readonly exchange: Exchange;
  /** The URL of the request without its query, for error messages. */
  readonly url: string;
  /** The same with the method: `GET https://host/api/v1/pods`. */
  readonly name: string;
  readonly response: Response;
  readonly redactor: Redactor;
}

/** The limits of a body. */
export interface BodyLimits {
  /** How many bytes it may have, after decompression. */
  readonly maxBytes: number;
  /** Milliseconds that it may go without a sign of life. */
  readonly timeoutMs: number;
}

/** How a body is read. */
export interface ReadCompleteOptions extends BodyLimits {
  /** See {@linkcode ReadBodyOptions.onBlock}. */
  readonly onBlock?: ((bytes: BodyBytes) => void) | undefined;
}

/** What comes more slowly than this, in bytes a second, never ends. */
const LEAST_RATE = 1024;

/** More bytes in one read bring next to nothing. */
const MAX_BYTES_PER_READ = 16 * 1024;

/**
 * Bytes that come while a read waits for more are no sign of life. So it waits
 * for as many as come in time at this rate, in bytes a second: a body that began
 * fast may go on far more slowly than the least rate.
 */
const LEAST_RATE_OF_READS = LEAST_RATE / 4;

/** How much of the body of an unsuccessful response is read. */
const FAILURE_BODY_BYTES = 64 * 1024;

/** How long the body of an unsuccessful response is waited for. */
const FAILURE_BODY_MS = 5_000;

/**
 * Reads the complete body of a successful response.
 *
 * @param reply The response.
 * @param options Its limits, and who looks at it while it comes.
 * @returns The bytes.
 * @throws {ResponseTooLargeError} If it has more bytes than it may have.
 * @throws {ConnectionError} If it stops coming, or comes at less than 1 KiB a
 *   second.
 */
export async function readComplete(
  reply: Reply,
  { maxBytes, timeoutMs, onBlock }: ReadCompleteOptions,
): Promise<BodyBytes> {
  const { exchange, name, redactor } = reply;
  exchange.startTimeout(timeoutMs, `the rest of the response to ${name}`);
  let received = 0;
  const perRead = bytesPerRead(reply.response, timeoutMs);
  const rate = watchRate(reply, timeoutMs, {
    received: () => received,
    pending: perRead,
  });
  try {
    // One more tells whether there is more.
    const { bytes, failure } = await read(reply, maxBytes + 1, {
      bytesPerRead: perRead,
      onProgress: (bytes) => {
        received = bytes;
        exchange.renewTimeout();
      },
      onBlock,
    });
    if (bytes.length > maxBytes) throw tooLarge(name, maxBytes);
    if (failure === undefined) return bytes;
    exchange.signal.throwIfAborted();
    const why = redactor.redact(errorChainText(failure.error));
    throw new ConnectionError(
      `Lost the connection while reading the response to ${name}: ${why}`,
      { cause: redactor.redactError(failure.error) },
    );
  } finally {
    rate.clear();
  }
}

/**
 * Reads what there is to read of the body of an unsuccessful response. The
 * refusal counts, even where its body is incomplete.
 *
 * @param reply The response.
 * @returns The start of the body, as text.
 * @throws The caller's reason if the caller has aborted.
 */
export async function readFailure(reply: Reply): Promise<string> {
  const { exchange, url } = reply;
  exchange.startTimeout(FAILURE_BODY_MS, `the reason of the refusal of ${url}`);
  const { bytes } = await read(reply, FAILURE_BODY_BYTES, {
    // Whatever has come counts, also where the rest does not.
    bytesPerRead: undefined,
    onProgress: () => {},
  });
  exchange.throwIfCallerAborted();
  return new TextDecoder().decode(bytes.part(0, bytes.length));
}

/** How many bytes one read may wait for. */
function bytesPerRead({ url }: Response, timeoutMs: number): number {
  // Without a URL, it was not made by a runtime's `fetch`, but of a stream that
  // may not know reads for more than the next piece.
  if (url === "") return 1;
  const tolerable = Math.floor(timeoutMs / 1000) * LEAST_RATE_OF_READS;
  return Math.min(MAX_BYTES_PER_READ, tolerable);
}

async function read(
  { exchange, response }: Reply,
  maxBytes: number,
  options: {
    readonly bytesPerRead: number | undefined;
    readonly onProgress: (bytes: number) => void;
    readonly onBlock?: ((bytes: BodyBytes) => void) | undefined;
  },
): Promise<ReadBody> {
  const { body } = response;
  if (body === null) {
    return { bytes: new BodyBytes([]), failure: undefined };
  }
  return await readBody(body, {
    ...options,
    maxBytes,
    wait: (promise) => exchange.wait(promise),
  });
}

/**
 * Fails the exchange once its body has come too slowly for too long: a body
 * that drips gives a sign of life for ever.
 */
function watchRate(
  { exchange, name }: Reply,
  timeoutMs: number,
  { received, pending }: {
    /** How many bytes have come, but for those of a pending read. */
    readonly received: () => number;
    /** How many bytes of that may have come: it ends with so many. */
    readonly pending: number;
  },
): { clear(): void } {
  const startedAt = Date.now();
  const waitUntil = (elapsedMs: number) =>
    startTimer(() => {
      const now = Math.max(0, Date.now() - startedAt);
      // When the average so far falls below the least.
      const enoughUntilMs = (received() + pending) / LEAST_RATE * 1000;
      if (enoughUntilMs >= now) {
        timer = waitUntil(enoughUntilMs + 1 - now);
        return;
      }
      exchange.fail(
        new ConnectionError(
          `Gave up reading the response to ${name}: ${received()} bytes have come in ${now} ms`,
        ),
      );
    }, elapsedMs);
  let timer = waitUntil(timeoutMs);
  return { clear: () => timer.clear() };
}

function tooLarge(name: string, maxBytes: number): ResponseTooLargeError {
  return new ResponseTooLargeError(
    `The response to ${name} is larger than ${maxBytes} bytes: raise maxListBytes, or ask for pages or fewer objects`,
    maxBytes,
  );
}
