/**
 * A stream that gives exactly what is asked of it. `highWaterMark: 0` because
 * the default of 1 pulls one item that nobody asked for, which for a watch
 * means an event taken from the server and perhaps never seen.
 *
 * @module
 */

/** What feeds the stream. Neither callback may throw. */
export interface PullSource {
  /** Called when a read is pending. */
  pull: () => PromiseLike<void> | void;
  /** Called when the consumer cancels. */
  cancel: (reason: unknown) => void;
}

/** A stream and the end that feeds it. */
export interface PullStream<E> {
  /** For the consumer. */
  readonly stream: ReadableStream<E>;
  /** For the producer. */
  readonly controller: ReadableStreamDefaultController<E>;
}

/**
 * Makes a stream that reads nothing ahead.
 *
 * @typeParam E Type of what the stream carries.
 * @param source What feeds it.
 * @returns The stream with its controller.
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
    throw new TypeError("Cannot use this runtime's ReadableStream: no start");
  }
  return { stream, controller };
}
