/**
 * Requests whose response or body never arrives, until the client aborts or the
 * connection is dropped.
 *
 * @module
 */

interface Hanging {
  readonly broken: Promise<never>;
  readonly breakOff: (error: unknown) => void;
}

/** The hanging requests of a server. */
export class HangingRequests {
  readonly #hanging = new Set<Hanging["breakOff"]>();

  /**
   * Never resolves; rejects with the signal's reason on abort, or with the
   * error given to {@linkcode drop}.
   */
  answer(signal: AbortSignal | undefined): Promise<never> {
    return this.#hang(signal).broken;
  }

  /**
   * Returns a body that delivers nothing, and errors when `answer` would
   * reject.
   */
  body(
    signal: AbortSignal | undefined,
  ): ReadableStream<Uint8Array<ArrayBuffer>> {
    let hanging: Hanging | undefined;
    return new ReadableStream({
      pull: () => {
        hanging = this.#hang(signal);
        return hanging.broken;
      },
      cancel: (reason) => hanging?.breakOff(reason),
    }, { highWaterMark: 0 });
  }

  /** Drops the connections of all hanging requests. */
  drop(error: unknown): void {
    for (const breakOff of this.#hanging) breakOff(error);
  }

  #hang(signal: AbortSignal | undefined): Hanging {
    let reject: (error: unknown) => void = () => {};
    const broken = new Promise<never>((_resolve, rejectIt) => {
      reject = rejectIt;
    });
    const onAbort = () => breakOff(signal?.reason);
    const breakOff = (error: unknown) => {
      this.#hanging.delete(breakOff);
      signal?.removeEventListener("abort", onAbort);
      reject(error);
    };
    this.#hanging.add(breakOff);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
    return { broken, breakOff };
  }
}
