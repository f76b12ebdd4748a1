/**
 * The wait that survives everything: on an informer.
 *
 * @module
 */

import type { PreconditionFunc } from "../cache/precondition_func.ts";
import { unlessAborted } from "../internal/abort.ts";
import { conditionList, runConditions } from "./_condition_run.ts";
import { checkInformerOptions } from "./_informer_options.ts";
import {
  IndexerInformerWatcher,
  type InformerOptions,
} from "./indexer_informer_watcher.ts";
import type {
  ChangeEvent,
  KubernetesObject,
  ListerWatcher,
} from "../api/types.ts";
import type { UntilOptions } from "./until.ts";
import type { ChangeConditionFunc } from "../api/condition_func.ts";
import { ConditionError, WaitInterruptedError } from "./until_error.ts";

/**
 * Waits until a condition has held on the changes of an informer's cache, as
 * client-go's
 * [`watch.UntilWithSync`](https://pkg.go.dev/k8s.io/client-go/tools/watch#UntilWithSync).
 *
 * The changes begin with an ADDED for each object that is there. It survives
 * lost connections and versions that expire, at the price of the objects in
 * memory; conditions see changes and never an error, which is why a wait needs
 * a signal. Settles when the informer has fully shut down.
 *
 * @typeParam T Type of the objects.
 * @param listerWatcher Lists and watches the objects.
 * @param precondition None here.
 * @param condition What is waited for.
 * @param options The signal that ends the wait, and those of the informer.
 * @returns The event that met the condition.
 * @throws {WaitInterruptedError} If the signal is aborted before.
 * @throws {ConditionError} If the condition throws or rejects.
 * @throws {RangeError} If a duration or `pageSize` is negative or NaN.
 *
 * @example Wait for a pod to run, whatever happens to the connection
 * ```ts
 * import { untilWithSync } from "@watchtools/kube";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const pods = new FakeListerWatcher();
 * pods.add({ metadata: { name: "web" } });
 *
 * const event = await untilWithSync(
 *   pods,
 *   undefined,
 *   ({ object }) => object.metadata?.name === "web",
 *   { signal: AbortSignal.timeout(5_000) },
 * );
 * assertEquals(event.type, "ADDED");
 * ```
 */
export function untilWithSync<T extends KubernetesObject = KubernetesObject>(
  listerWatcher: ListerWatcher<T>,
  precondition: undefined,
  condition: ChangeConditionFunc<T>,
  options?: UntilOptions & InformerOptions<T>,
): Promise<ChangeEvent<T>>;
/**
 * Waits until conditions have held in sequence, unless a precondition holds on
 * the complete cache.
 *
 * @typeParam T Type of the objects.
 * @param listerWatcher Lists and watches the objects.
 * @param precondition Tried once, on the cache when it is complete.
 * @param conditions What is waited for, in order.
 * @param options The signal that ends the wait, and those of the informer.
 * @returns The event that met the last condition; undefined where the
 *   precondition held, or there is no condition.
 * @throws {WaitInterruptedError} If the signal is aborted before; before the
 *   sync, its message begins `UntilWithSync: unable to sync caches: `.
 * @throws {ConditionError} If a condition or the precondition throws or
 *   rejects.
 *
 * @example Wait for an object to be gone, which it may be already
 * ```ts
 * import { untilWithSync } from "@watchtools/kube";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const event = await untilWithSync(
 *   new FakeListerWatcher(),
 *   (pods) => pods.getByKey("default/web") === undefined,
 *   ({ type }) => type === "DELETED",
 * );
 * assertEquals(event, undefined);
 * ```
 */
export function untilWithSync<T extends KubernetesObject = KubernetesObject>(
  listerWatcher: ListerWatcher<T>,
  precondition: PreconditionFunc<T> | undefined,
  conditions: ChangeConditionFunc<T> | readonly ChangeConditionFunc<T>[],
  options?: UntilOptions & InformerOptions<T>,
): Promise<ChangeEvent<T> | undefined>;
export async function untilWithSync<
  T extends KubernetesObject = KubernetesObject,
>(
  listerWatcher: ListerWatcher<T>,
  precondition: PreconditionFunc<T> | undefined,
  conditions: ChangeConditionFunc<T> | readonly ChangeConditionFunc<T>[],
  options: UntilOptions & InformerOptions<T> = {},
): Promise<ChangeEvent<T> | undefined> {
  const { signal, ...informerOptions } = options;
  checkInformerOptions(options);
  const list = conditionList(conditions);
  if (list.length === 0 && precondition === undefined) return undefined;
  if (signal?.aborted) throw interrupted(signal, precondition !== undefined);
  const informer = new IndexerInformerWatcher(listerWatcher, informerOptions);
  try {
    if (precondition !== undefined) {
      const holds = await holdsAfterSync(informer, precondition, signal);
      if (holds) return undefined;
    }
    return await runConditions(informer.events, list, {
      signal,
      lastError: () => informer.lastError,
    });
  } finally {
    informer.stop();
    await informer.done;
  }
}

async function holdsAfterSync<T extends KubernetesObject>(
  informer: IndexerInformerWatcher<T>,
  precondition: PreconditionFunc<T>,
  signal: AbortSignal = new AbortController().signal,
): Promise<boolean> {
  const { synced } = informer.controller;
  try {
    await unlessAborted(synced, signal);
  } catch {
    // Only the signal can have ended this: the sync itself never fails.
    throw interrupted(signal, true, informer.lastError);
  }
  try {
    const holds = precondition(informer.indexer);
    return await unlessAborted(Promise.resolve(holds), signal);
  } catch (cause) {
    if (signal.aborted) throw interrupted(signal, false, informer.lastError);
    throw new ConditionError({ cause, lastError: informer.lastError });
  }
}

function interrupted(
  signal: AbortSignal,
  beforeSync: boolean,
  lastError?: unknown,
): WaitInterruptedError {
  return new WaitInterruptedError(
    { cause: signal.reason, lastError },
    beforeSync ? "UntilWithSync: unable to sync caches" : undefined,
  );
}
