/**
 * The types of `@std/async`, for the untyped JavaScript of the npm package
 * that stands in for it: of what it holds, the part that tests have a use for.
 * The signatures are those of `jsr:@std/async@1`, so that what type checks
 * here type checks there.
 *
 * @module
 */

/** Options of {@linkcode deadline}. */
export interface DeadlineOptions {
  /** Ends the wait early. */
  signal?: AbortSignal;
}

/** Options of {@linkcode delay}. */
export interface DelayOptions {
  /** Ends the delay early. */
  signal?: AbortSignal;
  /** Whether the process stays alive for it: true unless said otherwise. */
  persistent?: boolean;
}

/** Options of {@linkcode retry}. */
export interface RetryOptions {
  /** What the wait grows by, from one attempt to the next. */
  multiplier?: number;
  /** The longest wait between two attempts, in milliseconds. */
  maxTimeout?: number;
  /** How many attempts there are at most. */
  maxAttempts?: number;
  /** The first wait between two attempts, in milliseconds. */
  minTimeout?: number;
  /** How much of the wait is random, from 0 to 1. */
  jitter?: number;
}

/** What {@linkcode retry} rejects with once no attempt is left. */
export class RetryError extends Error {
  /** Makes the error, of what the last attempt threw. */
  constructor(cause: unknown, attempts: number);
}

/** The promise, rejected early where the signal aborts first. */
export function abortable<T>(p: Promise<T>, signal: AbortSignal): Promise<T>;
/** The items, ended with an error where the signal aborts first. */
export function abortable<T>(
  p: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T>;

/** The promise, rejected where it takes longer than so many milliseconds. */
export function deadline<T>(
  p: Promise<T>,
  ms: number,
  options?: DeadlineOptions,
): Promise<T>;

/** Resolves after so many milliseconds. */
export function delay(ms: number, options?: DelayOptions): Promise<void>;

/** Maps the items, so many of them at a time, in their order. */
export function pooledMap<T, R>(
  poolLimit: number,
  array: Iterable<T> | AsyncIterable<T>,
  iteratorFn: (data: T) => Promise<R>,
): AsyncIterableIterator<R>;

/** Calls the function until it no longer throws. */
export function retry<T>(
  fn: (() => Promise<T>) | (() => T),
  options?: RetryOptions,
): Promise<T>;

/** As many iterators over the same items, each at its own pace. */
export function tee<T, N extends number = 2>(
  iterable: AsyncIterable<T>,
  n?: N,
): Tuple<AsyncIterable<T>, N>;

/** Several asynchronous iterators read as one, as their items come. */
export class MuxAsyncIterator<T> implements AsyncIterable<T> {
  /** Adds one more. */
  add(iterable: AsyncIterable<T>): void;
  /** The items, as they come. */
  iterate(): AsyncIterableIterator<T>;
  [Symbol.asyncIterator](): AsyncIterator<T>;
}

/** A tuple of so many elements. */
type Tuple<T, N extends number> = N extends N
  ? number extends N ? T[] : TupleOf<T, N, []>
  : never;

/** Grows a tuple element by element. */
type TupleOf<T, N extends number, R extends unknown[]> = R["length"] extends N
  ? R
  : TupleOf<T, N, [T, ...R]>;
