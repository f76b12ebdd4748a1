/**
 * Waiting for conditions on the changes of an informer's store.
 *
 * @module
 */

import { observedWait } from "./_observed.ts";
import type { PreconditionFunc } from "../cache/precondition_func.ts";
import { findConfigurationError } from "../api/configuration_error.ts";
import { ShardingUnsupportedError } from "../api/sharding_unsupported_error.ts";
import { unlessAborted } from "../internal/abort.ts";
import { findCause } from "../internal/find_cause.ts";
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
import {
  ConditionError,
  UntilError,
  WaitInterruptedError,
} from "./until_error.ts";

/**
 * Runs an informer until one of its changes meets a condition, as client-go's
 * [`watch.UntilWithSync`](https://pkg.go.dev/k8s.io/client-go/tools/watch#UntilWithSync).
 *
 * The changes begin with one ADDED event for each existing object. The wait
 * survives lost connections and the expiry of versions, at the price of holding
 * the objects in memory. Conditions see changes, never errors, so a wait that
 * cannot succeed ends only by its signal, except where requests can never work
 * as they are configured. The promise settles when the informer has fully shut
 * down.
 *
 * @typeParam T Type of the objects.
 * @param listerWatcher Lists and watches the objects.
 * @param precondition Undefined in this overload.
 * @param condition The condition to wait for.
 * @param options The signal that ends the wait, and the options of the
 *   informer.
 * @returns The event that met the condition.
 * @throws {WaitInterruptedError} If the signal is aborted before the condition
 *   is met.
 * @throws {ConditionError} If the condition throws or rejects.
 * @throws {ConfigurationError} If the first list cannot be requested as it is
 *   configured.
 * @throws {ShardingUnsupportedError} If a shard is watched, and the server does
 *   not know shards.
 * @throws {TypeError} If `listerWatcher` cannot list or watch.
 * @throws {RangeError} If a duration is negative or NaN, or if `pageSize` is
 *   not a non-negative integer.
 *
 * @example Wait for a pod across broken connections
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
 * Runs an informer until several conditions have been met, in order, unless a
 * precondition is true of the synced store.
 *
 * @typeParam T Type of the objects.
 * @param listerWatcher Lists and watches the objects.
 * @param precondition Tried once, on the store, when the informer has synced.
 * @param conditions The conditions to wait for, in order.
 * @param options The signal that ends the wait, and the options of the
 *   informer.
 * @returns The event that met the last condition; undefined if the precondition
 *   was true, or if there are no conditions.
 * @throws {WaitInterruptedError} If the signal is aborted before that. If the
 *   informer had not synced, the message begins
 *   `UntilWithSync: unable to sync caches: `.
 * @throws {ConditionError} If a condition or the precondition throws or
 *   rejects.
 * @throws {ConfigurationError} If the first list cannot be requested as it is
 *   configured.
 * @throws {ShardingUnsupportedError} If a shard is watched, and the server does
 *   not know shards.
 *
 * @example Wait for the deletion of an object that may be gone already
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
  const { signal } = options;
  checkInformerOptions(options);
  const list = conditionList(conditions);
  if (list.length === 0 && precondition === undefined) return undefined;
  if (signal?.aborted) throw interrupted(signal, precondition !== undefined);
  return await observedWait(
    options.observer,
    () => runWithSync(listerWatcher, precondition, list, options),
  );
}

async function runWithSync<T extends KubernetesObject>(
  listerWatcher: ListerWatcher<T>,
  precondition: PreconditionFunc<T> | undefined,
  list: readonly ChangeConditionFunc<T>[],
  options: UntilOptions & InformerOptions<T>,
): Promise<ChangeEvent<T> | undefined> {
  const { signal, onWatchError, ...informerOptions } = options;
  /** Why there will never be a first list. */
  let hopeless: Error | undefined;
  const informer = new IndexerInformerWatcher(listerWatcher, {
    ...informerOptions,
    onWatchError: (error) => {
      if (!informer.controller.hasSynced() && !signal?.aborted) {
        hopeless ??= findConfigurationError(error) ??
          findCause(error, ShardingUnsupportedError);
      }
      if (hopeless !== undefined) informer.stop(hopeless);
      return onWatchError?.(error);
    },
  });
  try {
    if (precondition !== undefined) {
      const holds = await holdsAfterSync(informer, precondition, signal);
      if (holds) return undefined;
    }
    return await runConditions(informer.events, list, {
      signal,
      lastError: () => informer.lastError,
    });
  } catch (error) {
    throw hopeless ?? error;
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
  let isSynced: boolean;
  try {
    isSynced = await unlessAborted(synced, signal);
  } catch {
    // Only the signal can have ended this: `synced` never rejects.
    throw interrupted(signal, true, informer.lastError);
  }
  if (!isSynced) {
    const { lastError } = informer;
    throw new UntilError("the informer stopped before it synced", {
      lastError,
    });
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
