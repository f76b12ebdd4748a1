/**
 * The error of a `waitFor` that runs out of time.
 *
 * @module
 */

import type { KubernetesObject } from "../api/types.ts";
import { type UntilErrorOptions, WaitInterruptedError } from "./until_error.ts";

/**
 * An object that does not meet the condition yet.
 *
 * @typeParam T Type of the object.
 */
export interface PendingObject<T extends KubernetesObject = KubernetesObject> {
  /** The last known state of the object. */
  readonly object: T;
  /** Why it does not meet the condition, on one line. */
  readonly why: string;
}

/**
 * The progress of a wait.
 *
 * @typeParam T Type of the objects.
 */
export interface WaitProgress<T extends KubernetesObject = KubernetesObject> {
  /** How many objects meet the condition. */
  readonly met: number;
  /**
   * How many objects there are; in a wait for deletion, how many there have
   * been.
   */
  readonly total: number;
  /** The objects that do not meet the condition yet. */
  readonly pending: readonly PendingObject<T>[];
  /** How often a list or a watch has failed and been restarted. */
  readonly restarts: number;
}

/**
 * The timeout expired, or the signal was aborted, before enough objects met the
 * condition. The message says how many did, why the first few others did not,
 * and what the last failure of a list or watch was.
 *
 * @typeParam T Type of the objects.
 *
 * @example Inspect what it was still waiting for
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
  /** The progress when the wait ended. */
  readonly progress: WaitProgress<T>;

  /**
   * Creates the error.
   *
   * @param progress The progress when the wait ended.
   * @param options The cause, and what the wait knows beyond its message.
   */
  constructor(progress: WaitProgress<T>, options: UntilErrorOptions = {}) {
    super(options);
    this.progress = progress;
  }
}
