// Every `notify()` ends a round, and the next `get()` begins a new one. Rounds
// share nothing, so that an evaluation of an old round can never touch what a
// newer one keeps, in whatever order they settle.
//
// Within a round each getter stands behind the one before it. A value is
// passed down the line and kept; a failure goes to the getter whose evaluation
// it was, and the next in line evaluates. That alone makes evaluations of a
// round come one at a time, without a list of who waits.

import { deferred } from "./_deferred.ts";

/** What was evaluated, and who waits for it, between two notifications. */
class Round<T> {
  readonly #evaluate: () => T | PromiseLike<T>;
  /** What the last in line got; `undefined` when nobody waits. */
  #last: Promise<T> | undefined;
  /** The first promise that a value came of. */
  #kept: Promise<T> | undefined;

  constructor(evaluate: () => T | PromiseLike<T>) {
    this.#evaluate = evaluate;
  }

  get(): Promise<T> {
    if (this.#kept !== undefined) return this.#kept;
    const { promise, resolve, reject } = deferred<T>();
    const before = this.#last;
    // In line before it evaluates: `evaluate` may itself call `get()`.
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
 * A value that is computed when it is first asked for, and again after it was
 * said to be out of date.
 *
 * - The first {@linkcode Lazy.get} calls `evaluate`, before it returns. Getters
 *   that come while it runs share that one evaluation.
 * - A value is kept until {@linkcode Lazy.notify}; until then every getter is
 *   given the same promise, and nothing is evaluated.
 * - An error is not kept. The getter whose evaluation failed rejects with that
 *   error; those that were waiting for it evaluate again themselves, one at a
 *   time, until there is a value.
 * - After `notify()` a getter starts a new evaluation at once, even beside one
 *   that is still running. Those that were waiting already get what the old
 *   one gives, which is never kept.
 *
 * So a getter never gets a value whose evaluation began before the last
 * `notify()` that came before its own call.
 *
 * It does not end an evaluation that hangs: getters wait until it settles,
 * though after a `notify()` new ones do not. An `evaluate` that waits for `get()`
 * of its own `Lazy` waits for itself, for ever.
 *
 * The counterpart of client-go's
 * {@link https://pkg.go.dev/k8s.io/client-go/tools/cache/synctrack#Lazy | synctrack.Lazy}.
 *
 * @example Computed once, and again when it is out of date
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
 * @typeParam T The type of the value.
 */
export class Lazy<T> {
  readonly #evaluate: () => T | PromiseLike<T>;
  #round: Round<T> | undefined;

  /**
   * Takes the function that computes the value, and does not call it yet.
   *
   * @param evaluate Computes the value. It may return it or a promise of it,
   * may throw or reject, and may run again before an earlier call has settled.
   */
  constructor(evaluate: () => T | PromiseLike<T>) {
    this.#evaluate = evaluate;
  }

  /**
   * Gets the value, evaluating it if it is not there or out of date.
   *
   * A rejection that nobody looks at is not reported as an unhandled one: the
   * error concerns only who wanted this value, and the next getter evaluates
   * again.
   *
   * The counterpart of
   * {@link https://pkg.go.dev/k8s.io/client-go/tools/cache/synctrack#Lazy.Get | Lazy.Get}.
   *
   * @returns A promise of the value: the same one to each getter while the
   * value is kept. It rejects with what `evaluate` threw, or rejected with, if
   * the evaluation of this very call failed.
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
   * Says that the value is out of date: the next `get()` evaluates. Nothing is
   * evaluated before that, however often it is called.
   *
   * The counterpart of
   * {@link https://pkg.go.dev/k8s.io/client-go/tools/cache/synctrack#Lazy.Notify | Lazy.Notify}.
   *
   * @example While an evaluation runs
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
