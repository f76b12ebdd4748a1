/**
 * Waiting for conditions on a stream of events, or on a watch that is restarted
 * when it ends. Both are one loop (`_condition_run.ts`) over different streams.
 *
 * @module
 */

import { observedWait } from "./_observed.ts";
import type { ConditionFunc } from "../api/condition_func.ts";
import { conditionList, runConditions } from "./_condition_run.ts";
import { FailureMemory } from "./_last_failure.ts";
import { RetryWatcher } from "./retry_watcher.ts";
import {
  checkInitialResourceVersion,
  checkRetryWatcherOptions,
  type RetryWatcherOptions,
} from "./retry_watcher_options.ts";
import type { KubernetesObject, Watcher, WatchEvent } from "../api/types.ts";
import { WaitInterruptedError } from "./until_error.ts";

/** Options for `untilWithoutRetry`, `until` and their siblings. */
export interface UntilOptions {
  /** Ends the wait: it rejects with a `WaitInterruptedError`. */
  signal?: AbortSignal | undefined;
}

/**
 * Reads a stream of events until one meets a condition, as client-go's
 * [`watch.UntilWithoutRetry`](https://pkg.go.dev/k8s.io/client-go/tools/watch#UntilWithoutRetry).
 *
 * The stream is consumed: it has been cancelled by the time the promise
 * settles, whatever the outcome. Nothing is retried when it ends. To wait
 * across connections, use {@linkcode until}.
 *
 * @typeParam T Type of the watched objects.
 * @param events The events.
 * @param condition The condition to wait for.
 * @param options The signal that ends the wait.
 * @returns The event that met the condition.
 * @throws {WatchClosedError} If the stream ends before the condition is met.
 * @throws {ConditionError} If the condition throws or rejects.
 * @throws {WaitInterruptedError} If the signal is aborted before the condition
 *   is met.
 * @throws {UntilError} If the stream errors; `cause` is its error.
 * @throws {TypeError} If the stream is locked.
 *
 * @example Wait for a pod to run
 * ```ts
 * import {
 *   type KubernetesObject,
 *   untilWithoutRetry,
 *   type WatchEvent,
 * } from "@watchtools/kube";
 * import { assertEquals } from "@std/assert";
 *
 * interface Pod extends KubernetesObject {
 *   status: { phase: string };
 * }
 * const events = ReadableStream.from<WatchEvent<Pod>>([
 *   { type: "ADDED", object: { status: { phase: "Pending" } } },
 *   { type: "MODIFIED", object: { status: { phase: "Running" } } },
 * ]);
 * const event = await untilWithoutRetry(
 *   events,
 *   (event) =>
 *     event.type === "MODIFIED" && event.object.status.phase === "Running",
 * );
 * assertEquals(event.type, "MODIFIED");
 * ```
 */
export function untilWithoutRetry<
  T extends KubernetesObject = KubernetesObject,
>(
  events: ReadableStream<WatchEvent<T>>,
  condition: ConditionFunc<T>,
  options?: UntilOptions,
): Promise<WatchEvent<T>>;
/**
 * Reads a stream of events until several conditions have been met, in order.
 * When one is met, the next is tried on the same event first, then on later
 * ones.
 *
 * @typeParam T Type of the watched objects.
 * @param events The events.
 * @param conditions The conditions to wait for, in order.
 * @param options The signal that ends the wait.
 * @returns The event that met the last condition; undefined, at once, if there
 *   are no conditions.
 * @throws {UntilError} As with one condition.
 *
 * @example Wait for a deletion, then for a new object
 * ```ts
 * import { untilWithoutRetry, type WatchEvent } from "@watchtools/kube";
 * import { assertEquals } from "@std/assert";
 *
 * const events = ReadableStream.from<WatchEvent>([
 *   { type: "DELETED", object: { metadata: { uid: "1" } } },
 *   { type: "ADDED", object: { metadata: { uid: "2" } } },
 * ]);
 * const event = await untilWithoutRetry(events, [
 *   (event) => event.type === "DELETED",
 *   (event) => event.type === "ADDED",
 * ]);
 * assertEquals(event?.type, "ADDED");
 * ```
 */
export function untilWithoutRetry<
  T extends KubernetesObject = KubernetesObject,
>(
  events: ReadableStream<WatchEvent<T>>,
  conditions: ConditionFunc<T> | readonly ConditionFunc<T>[],
  options?: UntilOptions,
): Promise<WatchEvent<T> | undefined>;
export function untilWithoutRetry<
  T extends KubernetesObject = KubernetesObject,
>(
  events: ReadableStream<WatchEvent<T>>,
  conditions: ConditionFunc<T> | readonly ConditionFunc<T>[],
  options: UntilOptions = {},
): Promise<WatchEvent<T> | undefined> {
  const { signal } = options;
  return runConditions(events, conditionList(conditions), { signal });
}

/**
 * Watches from a resource version until an event meets a condition, as
 * client-go's
 * [`watch.Until`](https://pkg.go.dev/k8s.io/client-go/tools/watch#Until):
 * {@linkcode untilWithoutRetry} over a {@linkcode RetryWatcher}.
 *
 * It survives lost connections, but not the expiry of the version (410), nor a
 * server that was restored from a backup, and does not see objects that exist
 * already: use `listWatchUntil` for those.
 *
 * @typeParam T Type of the watched objects.
 * @param initialResourceVersion The resource version to watch from.
 * @param watcher Opens the watches.
 * @param condition The condition to wait for.
 * @param options The signal that ends the wait, and the options of
 *   `RetryWatcher`.
 * @returns The event that met the condition.
 * @throws {TypeError} If `initialResourceVersion` is missing, `""` or `"0"`.
 * @throws {RangeError} If a duration is negative or NaN.
 * @throws {WatchClosedError} If the watch cannot continue; `cause` is a
 *   `StatusError` with the Status of the ERROR event that ended it.
 * @throws {ConditionError} If the condition throws or rejects.
 * @throws {WaitInterruptedError} If the signal is aborted before the condition
 *   is met.
 *
 * @example Wait for the deletion of an object that was just read
 * ```ts
 * import { until } from "@watchtools/kube";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const pods = new FakeListerWatcher();
 * const pod = pods.add({ metadata: { name: "web" } });
 * pods.delete(pod);
 *
 * const event = await until(
 *   pod.metadata?.resourceVersion ?? "",
 *   pods,
 *   (event) => event.type === "DELETED",
 * );
 * assertEquals(event.type, "DELETED");
 * ```
 */
export function until<T extends KubernetesObject = KubernetesObject>(
  initialResourceVersion: string,
  watcher: Watcher<T>,
  condition: ConditionFunc<T>,
  options?: UntilOptions & RetryWatcherOptions,
): Promise<WatchEvent<T>>;
/**
 * Watches from a resource version until several conditions have been met, in
 * order.
 *
 * @typeParam T Type of the watched objects.
 * @param initialResourceVersion The resource version to watch from.
 * @param watcher Opens the watches.
 * @param conditions The conditions to wait for, in order.
 * @param options The signal that ends the wait, and the options of
 *   `RetryWatcher`.
 * @returns The event that met the last condition; undefined, at once and
 *   without a request, if there are no conditions.
 * @throws {UntilError} As with one condition.
 *
 * @example No conditions, no request
 * ```ts
 * import { until } from "@watchtools/kube";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await until("1", new FakeListerWatcher(), []), undefined);
 * ```
 */
export function until<T extends KubernetesObject = KubernetesObject>(
  initialResourceVersion: string,
  watcher: Watcher<T>,
  conditions: ConditionFunc<T> | readonly ConditionFunc<T>[],
  options?: UntilOptions & RetryWatcherOptions,
): Promise<WatchEvent<T> | undefined>;
export async function until<T extends KubernetesObject = KubernetesObject>(
  initialResourceVersion: string,
  watcher: Watcher<T>,
  conditions: ConditionFunc<T> | readonly ConditionFunc<T>[],
  options: UntilOptions & RetryWatcherOptions = {},
): Promise<WatchEvent<T> | undefined> {
  checkInitialResourceVersion(initialResourceVersion);
  checkRetryWatcherOptions(options);
  const list = conditionList(conditions);
  if (list.length === 0) return undefined;
  const { signal, ...watcherOptions } = options;
  if (signal?.aborted) throw new WaitInterruptedError({ cause: signal.reason });
  const failures = new FailureMemory(watcherOptions);
  const { events } = new RetryWatcher(
    initialResourceVersion,
    watcher,
    failures.options,
  );
  return await observedWait(
    options.observer,
    () =>
      runConditions(events, list, {
        signal,
        lastError: () => failures.last,
      }),
  );
}
