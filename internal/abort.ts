/**
 * Waiting for something that may ignore an abort. Nobody is made to wait for
 * it: the abort settles the wait at once, what arrives later is handed to
 * `discard`, and a late rejection is heard by nobody, on purpose.
 *
 * @module
 */

/** Does nothing; for promises whose outcome no longer matters. */
export function ignore(): void {}

/**
 * Waits for a promise, or until the signal is aborted.
 *
 * @typeParam V Type of the value.
 * @param promise What to wait for.
 * @param signal What ends the wait.
 * @param discard What to do with a value that comes too late.
 * @returns The value.
 * @throws The signal's reason if it is aborted first, or what the promise
 *   rejects with.
 */
export function unlessAborted<V>(
  promise: PromiseLike<V>,
  signal: AbortSignal,
  discard: (value: V) => void = ignore,
): Promise<V> {
  return new Promise<V>((resolve, reject) => {
    const onAbort = () => {
      promise.then(discard, ignore);
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
 * Cancels a stream without waiting for it: a cancel that fails or hangs
 * changes nothing for the caller.
 *
 * @param stream The stream, or its reader; nothing where there is none.
 * @param reason Why.
 */
export function cancelQuietly(
  stream: Pick<ReadableStream, "cancel"> | null | undefined,
  reason?: unknown,
): void {
  stream?.cancel(reason).catch(ignore);
}
