/**
 * The types of `@std/async` for the npm package that replaces it, which is
 * untyped JavaScript. Only what tests may use is declared. The signatures are
 * those of `jsr:@std/async@1`, so that code type-checks with either.
 *
 * @module
 */

/** Options for {@linkcode deadline}. */
export interface DeadlineOptions {
  /** Ends the wait early. */
  signal?: AbortSignal;
}

/** Options for {@linkcode delay}. */
export interface DelayOptions {
  /** Ends the delay early. */
  signal?: AbortSignal;
  /** Whether the delay keeps the process alive. Defaults to true. */
  persistent?: boolean;
}

/** Options for {@linkcode retry}. */
export interface RetryOptions {
  /** The factor by which the wait grows with each attempt. */
  multiplier?: number;
  /** The longest wait between two attempts, in milliseconds. */
  maxTimeout?: number;
  /** The maximum number of attempts. */
  maxAttempts?: number;
  /** The first wait between two attempts, in milliseconds. */
  minTimeout?: number;
  /** The random fraction of the wait, from 0 to 1. */
  jitter?: number;
}

/** The error of {@linkcode retry} after the last attempt has failed. */
export class RetryError extends Error {
  /** Creates the error from what the last attempt threw. */
  constructor(cause: unknown, attempts: number);
}

/** Returns a promise that also rejects when the signal is aborted. */
export function abortable<T>(p: Promise<T>, signal: AbortSignal): Promise<T>;
/** Returns an iterator that also throws when the signal is aborted. */
export function abortable<T>(
  p: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T>;

/** Returns a promise that also rejects after a number of milliseconds. */
export function deadline<T>(
  p: Promise<T>,
  ms: number,
  options?: DeadlineOptions,
): Promise<T>;

/** Resolves after a number of milliseconds. */
export function delay(ms: number, options?: DelayOptions): Promise<void>;

/** Maps the items in order, with limited concurrency. */
export function pooledMap<T, R>(
  poolLimit: number,
  array: Iterable<T> | AsyncIterable<T>,
  iteratorFn: (data: T) => Promise<R>,
): AsyncIterableIterator<R>;

/** Calls the function until it succeeds. */
export function retry<T>(
  fn: (() => Promise<T>) | (() => T),
  options?: RetryOptions,
): Promise<T>;

/** Returns independent iterators over the same items. */
export function tee<T, N extends number = 2>(
  iterable: AsyncIterable<T>,
  n?: N,
): Tuple<AsyncIterable<T>, N>;

/** Merges asynchronous iterators in the order of their items' arrival. */
export class MuxAsyncIterator<T> implements AsyncIterable<T> {
  /** Adds an iterator. */
  add(iterable: AsyncIterable<T>): void;
  /** Returns the merged items. */
  iterate(): AsyncIterableIterator<T>;
  [Symbol.asyncIterator](): AsyncIterator<T>;
}

/** A tuple of `N` elements. */
type Tuple<T, N extends number> = N extends N
  ? number extends N ? T[] : TupleOf<T, N, []>
  : never;

/** Builds a tuple element by element. */
type TupleOf<T, N extends number, R extends unknown[]> = R["length"] extends N
  ? R
  : TupleOf<T, N, [T, ...R]>;
