// A promise together with what settles it. It is what `Promise.withResolvers()`
// gives, which some runtimes that are still in use (Node 20) do not have.

/** A promise and the functions that settle it. */
export interface Deferred<T> {
  /** The promise that the two functions settle. */
  readonly promise: Promise<T>;
  /** Resolves the promise, or makes it follow another one. */
  readonly resolve: (value: T | PromiseLike<T>) => void;
  /** Rejects the promise. */
  readonly reject: (reason: unknown) => void;
}

/**
 * Makes a promise that is settled from outside.
 *
 * @typeParam T What the promise resolves with.
 * @returns The promise and the functions that settle it.
 */
export function deferred<T>(): Deferred<T> {
  // The executor runs before the constructor returns: both are always set.
  let resolve!: Deferred<T>["resolve"];
  let reject!: Deferred<T>["reject"];
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
