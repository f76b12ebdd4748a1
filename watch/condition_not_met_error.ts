/**
 * What `waitFor` rejects with when its time is over.
 *
 * @module
 */

import type { KubernetesObject } from "../api/types.ts";
import { type UntilErrorOptions, WaitInterruptedError } from "./until_error.ts";

/**
 * An object that does not meet a condition yet.
 *
 * @typeParam T Type of the object.
 */
export interface PendingObject<T extends KubernetesObject = KubernetesObject> {
  /** The object as it was seen last. */
  readonly object: T;
  /** What the condition says about it, on one line. */
  readonly why: string;
}

/**
 * How far a wait is.
 *
 * @typeParam T Type of the objects.
 */
export interface WaitProgress<T extends KubernetesObject = KubernetesObject> {
  /** How many objects meet the condition. */
  readonly met: number;
  /**
   * How many objects there are; where it is about being gone, how many there
   * were.
   */
  readonly total: number;
  /** The objects that do not meet it yet. */
  readonly pending: readonly PendingObject<T>[];
  /** How often a list or a watch has failed and was begun again. */
  readonly restarts: number;
}

/**
 * The time was over, or the signal aborted, before enough objects met the
 * condition. The message says how far it came, why the first few objects did
 * not meet it, and what went wrong last underneath.
 *
 * @typeParam T Type of the objects.
 *
 * @example Look at what it was waiting for
 * ```ts
 * import { ConditionNotMetError, isPodRunning, waitFor } from "@watchtools/kube";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const pods = new FakeListerWatcher();
 * pods.add({ metadata: { name: "web" } });
 *
 * const error = await assertRejects(
 *   () => waitFor(pods, isPodRunning(), { timeoutMs: 10 }),
 *   ConditionNotMetError,
 *   "timed out waiting for the condition: 0 of 1 met: web: no phase",
 * );
 * assertEquals(error.progress.pending[0]?.object.metadata?.name, "web");
 * ```
 */
export class ConditionNotMetError<
  T extends KubernetesObject = KubernetesObject,
> extends WaitInterruptedError {
  /** `"ConditionNotMetError"`. */
  override readonly name: string = "ConditionNotMetError";
  /** How far the wait was, with the last states. */
  readonly progress: WaitProgress<T>;

  /**
   * Makes the error.
   *
   * @param progress How far the wait was.
   * @param options What was seen, and why.
   */
  constructor(progress: WaitProgress<T>, options: UntilErrorOptions = {}) {
    super(options);
    this.progress = progress;
  }
}
