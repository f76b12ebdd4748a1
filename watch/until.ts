/**
 * Waiting for conditions on a stream of events, or on a watch that is kept
 * going. Both are one loop (`_condition_run.ts`) over different sources.
 *
 * @module
 */

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

/** Options for every function that waits. */
export interface UntilOptions {
  /** Ends the wait with a `WaitInterruptedError`. */
  signal?: AbortSignal | undefined;
}

/**
 * Waits until a condition has held on the events of a stream, as client-go's
 * [`watch.UntilWithoutRetry`](https://pkg.go.dev/k8s.io/client-go/tools/watch#UntilWithoutRetry).
 *
 * The stream is used up: whatever the outcome, it has been cancelled when the
 * promise settles. It is read as it is; nothing is tried again when it ends.
 * Where a watch should outlive its connection, use {@linkcode until}.
 *
 * @typeParam T Type of the watched objects.
 * @param events The events.
 * @param condition What is waited for.
 * @param options The signal that ends the wait.
 * @returns The event that met the condition.
 * @throws {WatchClosedError} If the stream ends before.
 * @throws {ConditionError} If the condition throws or rejects.
 * @throws {WaitInterruptedError} If the signal is aborted before.
 * @throws {UntilError} If the stream errors; `cause` is what with.
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
 * Waits until conditions have held in sequence. When one is met, the next is
 * first tried on the event that met it, then on new events.
 *
 * @typeParam T Type of the watched objects.
 * @param events The events.
 * @param conditions What is waited for, in order.
 * @param options The signal that ends the wait.
 * @returns The event that met the last condition; undefined, at once, where
 *   there is no condition.
 * @throws {UntilError} As with one condition.
 *
 * @example Wait for a deletion and then a new object
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
 * Waits until a condition has held on the changes after a resource version,
 * as client-go's
 * [`watch.Until`](https://pkg.go.dev/k8s.io/client-go/tools/watch#Until):
 * {@linkcode untilWithoutRetry} over a {@linkcode RetryWatcher}.
 *
 * It survives lost connections, but not a version that has expired, and it
 * does not see what is there already: `listWatchUntil` does.
 *
 * @typeParam T Type of the watched objects.
 * @param initialResourceVersion The version after which events are wanted.
 * @param watcher Opens the watches.
 * @param condition What is waited for.
 * @param options The signal that ends the wait, and those of `RetryWatcher`.
 * @returns The event that met the condition.
 * @throws {TypeError} If `initialResourceVersion` is `""` or `"0"`.
 * @throws {RangeError} If a duration is negative or NaN.
 * @throws {WatchClosedError} If the watch cannot go on: `cause` is the
 *   server's `StatusError`.
 * @throws {ConditionError} If the condition throws or rejects.
 * @throws {WaitInterruptedError} If the signal is aborted before.
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
 * Waits until conditions have held in sequence on the changes after a resource
 * version.
 *
 * @typeParam T Type of the watched objects.
 * @param initialResourceVersion The version after which events are wanted.
 * @param watcher Opens the watches.
 * @param conditions What is waited for, in order.
 * @param options The signal that ends the wait, and those of `RetryWatcher`.
 * @returns The event that met the last condition; undefined, at once and
 *   without a request, where there is no condition.
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
  return await runConditions(events, list, {
    signal,
    lastError: () => failures.last,
  });
}
