// Every `notify()` ends a round, and the next `get()` begins a new one. Rounds
// share nothing, so an evaluation of an old round can never affect the value of a
// newer one, in whatever order they settle.
//
// Within a round each getter queues behind the one before it. A value is passed
// down the queue and kept; a failure goes to the getter whose evaluation it was,
// and the next one in the queue evaluates. That alone makes the evaluations of a
// round run one at a time, without a list of waiters.

import { deferred } from "./_deferred.ts";

/** The evaluations and getters between two notifications. */
class Round<T> {
  readonly #evaluate: () => T | PromiseLike<T>;
  /** The promise of the last getter in the queue; undefined if it is empty. */
  #last: Promise<T> | undefined;
  /** The first promise that resolved to a value. */
  #kept: Promise<T> | undefined;

  constructor(evaluate: () => T | PromiseLike<T>) {
    this.#evaluate = evaluate;
  }

  get(): Promise<T> {
    if (this.#kept !== undefined) return this.#kept;
    const { promise, resolve, reject } = deferred<T>();
    const before = this.#last;
    // Queued before it evaluates, because `evaluate` may call `get()` itself.
    this.#last = promise;
    const evaluate = this.#evaluate;
    const takeTurn = () => {
      try {
        resolve(evaluate());
      } catch (error) {
        reject(error);
      }
    };
    if (before === undefined) takeTurn();
    else before.then(resolve, takeTurn);
    promise.then(
      () => this.#kept ??= promise,
      () => {
        if (this.#last === promise) this.#last = undefined;
      },
    );
    return promise;
  }
}

/**
 * A value that is computed when it is first requested, and again once it has
 * been marked as out of date.
 *
 * - The first {@linkcode Lazy.get} calls `evaluate` before it returns. Getters
 *   that call `get()` while it runs share that evaluation.
 * - A value is kept until {@linkcode Lazy.notify} is called. Until then every
 *   getter receives the same promise, and nothing is evaluated.
 * - An error is not kept. The getter whose evaluation failed receives the
 *   error; getters that were waiting for it evaluate again themselves, one at a
 *   time, until there is a value.
 * - After `notify()`, the next getter starts a new evaluation at once, even
 *   while an old one is running. Getters that were waiting already receive the
 *   result of the old evaluation, which is never kept.
 *
 * So no getter receives a value whose evaluation began before the last
 * `notify()` that preceded its own call.
 *
 * An evaluation that hangs is not ended: its getters wait until it settles, but
 * getters after a `notify()` do not. An `evaluate` that awaits `get()` of its
 * own `Lazy` waits for itself, and never settles.
 *
 * The counterpart of client-go's
 * {@link https://pkg.go.dev/k8s.io/client-go/tools/cache/synctrack#Lazy | synctrack.Lazy}.
 *
 * @example Compute once, and again when out of date
 * ```ts
 * import { Lazy } from "@watchtools/kube/synctrack";
 * import { assertEquals } from "@std/assert";
 *
 * const names = ["web-2", "web-1"];
 * let evaluations = 0;
 * const sorted = new Lazy(() => {
 *   evaluations++;
 *   return names.toSorted();
 * });
 * assertEquals(evaluations, 0);
 *
 * assertEquals(await sorted.get(), ["web-1", "web-2"]);
 * assertEquals(await sorted.get(), ["web-1", "web-2"]);
 * assertEquals(evaluations, 1);
 *
 * names.push("web-0");
 * sorted.notify();
 * assertEquals(await sorted.get(), ["web-0", "web-1", "web-2"]);
 * assertEquals(evaluations, 2);
 * ```
 *
 * @typeParam T Type of the value.
 */
export class Lazy<T> {
  readonly #evaluate: () => T | PromiseLike<T>;
  #round: Round<T> | undefined;

  /**
   * Creates a lazy value; `evaluate` is not called yet.
   *
   * @param evaluate Computes the value. It may return the value or a promise of
   *   it, may throw or reject, and may be called again before an earlier call
   *   has settled.
   */
  constructor(evaluate: () => T | PromiseLike<T>) {
    this.#evaluate = evaluate;
  }

  /**
   * Gets the value, and evaluates it if there is none or if it is out of date.
   *
   * A rejection that is not handled is not reported as an unhandled rejection:
   * the error only concerns this getter, and the next one evaluates again.
   *
   * The counterpart of
   * {@link https://pkg.go.dev/k8s.io/client-go/tools/cache/synctrack#Lazy.Get | Lazy.Get}.
   *
   * @returns A promise of the value: the same promise for every getter while
   *   the value is kept. If the evaluation of this call fails, it rejects with
   *   what `evaluate` threw or rejected with.
   *
   * @example An error is not kept
   * ```ts
   * import { Lazy } from "@watchtools/kube/synctrack";
   * import { assertEquals, assertRejects } from "@std/assert";
   *
   * let reachable = false;
   * const version = new Lazy(() => {
   *   if (!reachable) throw new Error("Cannot reach the server");
   *   return "v1.36.1";
   * });
   * await assertRejects(() => version.get(), Error, "Cannot reach");
   *
   * reachable = true;
   * assertEquals(await version.get(), "v1.36.1");
   * ```
   */
  get(): Promise<T> {
    this.#round ??= new Round(this.#evaluate);
    return this.#round.get();
  }

  /**
   * Marks the value as out of date: the next `get()` evaluates. `notify()`
   * itself evaluates nothing, however often it is called.
   *
   * The counterpart of
   * {@link https://pkg.go.dev/k8s.io/client-go/tools/cache/synctrack#Lazy.Notify | Lazy.Notify}.
   *
   * @example Notify while an evaluation is running
   * ```ts
   * import { Lazy } from "@watchtools/kube/synctrack";
   * import { assertEquals } from "@std/assert";
   *
   * let source = "old";
   * const lazy = new Lazy(() => Promise.resolve(source));
   * const waiting = lazy.get();
   *
   * source = "new";
   * lazy.notify();
   * assertEquals(await lazy.get(), "new");
   * assertEquals(await waiting, "old");
   * ```
   */
  notify(): void {
    this.#round = undefined;
  }
}
