/**
 * A stream that produces exactly what is read from it. It has a
 * `highWaterMark` of 0, because the default of 1 pulls one item before anyone
 * reads: for a watch, an event that is taken from the server and may never be
 * seen.
 *
 * @module
 */

/** The source of a stream. Neither callback may throw. */
export interface PullSource {
  /** Called when a read is pending; should enqueue one item, then or later. */
  pull: () => PromiseLike<void> | void;
  /** Called when the consumer cancels. */
  cancel: (reason: unknown) => void;
}

/** A stream and its controller. */
export interface PullStream<E> {
  /** The consumer's end. */
  readonly stream: ReadableStream<E>;
  /** The producer's end. */
  readonly controller: ReadableStreamDefaultController<E>;
}

/**
 * Creates a stream that reads nothing ahead.
 *
 * @typeParam E Type of the items.
 * @param source The callbacks that feed the stream.
 * @returns The stream and its controller.
 * @throws {TypeError} If the runtime's `ReadableStream` is not conformant.
 */
export function pullStream<E>(source: PullSource): PullStream<E> {
  let controller: ReadableStreamDefaultController<E> | undefined;
  const stream = new ReadableStream<E>({
    start: (given) => {
      controller = given;
    },
    pull: source.pull,
    cancel: source.cancel,
  }, { highWaterMark: 0 });
  if (controller === undefined) {
    throw new TypeError(
      "Cannot use this runtime's ReadableStream: it did not call start()",
    );
  }
  return { stream, controller };
}
