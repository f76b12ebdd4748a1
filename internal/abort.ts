/**
 * Waiting for something that may ignore an abort. The abort settles the wait at
 * once; a value that arrives later is handed to `discard`, and a rejection that
 * arrives later is dropped on purpose, like what `discard` throws.
 *
 * @module
 */

/** Does nothing. Handles promises whose outcome no longer matters. */
export function ignore(): void {}

/**
 * Waits for a promise, or until a signal is aborted.
 *
 * @typeParam V Type of the value.
 * @param given The promise; anything else counts as its value.
 * @param signal Ends the wait.
 * @param discard Called with a value that arrives after the abort.
 * @returns The value.
 * @throws The signal's reason if it is aborted first, or what the promise
 *   rejects with.
 */
export function unlessAborted<V>(
  given: PromiseLike<V>,
  signal: AbortSignal,
  discard: (value: V) => void = ignore,
): Promise<V> {
  // One that is not the runtime's own may throw, or not be one at all.
  const promise = Promise.resolve(given);
  return new Promise<V>((resolve, reject) => {
    const onAbort = () => {
      promise.then(discard).catch(ignore);
      reject(signal.reason);
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    const settled = () => signal.removeEventListener("abort", onAbort);
    promise.then((value) => {
      settled();
      resolve(value);
    }, (error: unknown) => {
      settled();
      reject(error);
    });
  });
}

/**
 * Cancels a stream without waiting for it: a cancel that fails, hangs, throws
 * or returns no promise does not affect the caller.
 *
 * @param stream The stream or its reader, if there is one.
 * @param reason The reason passed to `cancel()`.
 */
export function cancelQuietly(
  stream: Pick<ReadableStream, "cancel"> | null | undefined,
  reason?: unknown,
): void {
  try {
    Promise.resolve(stream?.cancel(reason)).catch(ignore);
  } catch {
    // It threw: there is nothing left to cancel.
  }
}

/**
 * Cancels the stream of a reader, without waiting for it, and releases the
 * reader's lock. Never throws.
 *
 * @param reader The reader.
 * @param reason The reason passed to `cancel()`.
 */
export function releaseQuietly(
  reader: Pick<ReadableStreamDefaultReader, "cancel" | "releaseLock">,
  reason?: unknown,
): void {
  cancelQuietly(reader, reason);
  try {
    reader.releaseLock();
  } catch {
    // It is not the runtime's own; it has been cancelled and is not used again.
  }
}
