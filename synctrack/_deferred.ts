// `Promise.withResolvers()`, which Node 20 does not have.

/** A promise and the functions that settle it. */
export interface Deferred<T> {
  /** The promise. */
  readonly promise: Promise<T>;
  /** Resolves the promise with a value or with another promise. */
  readonly resolve: (value: T | PromiseLike<T>) => void;
  /** Rejects the promise. */
  readonly reject: (reason: unknown) => void;
}

/**
 * Creates a promise that is settled from outside.
 *
 * @typeParam T Type of the value.
 * @returns The promise and the functions that settle it.
 */
export function deferred<T>(): Deferred<T> {
  // The executor runs synchronously, so both are always assigned.
  let resolve!: Deferred<T>["resolve"];
  let reject!: Deferred<T>["reject"];
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
