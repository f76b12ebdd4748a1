/**
 * Waiting for conditions on objects that may exist already.
 *
 * The list and the watch are joined to one stream, so that conditions need not
 * know where an event comes from. The watch is opened only if the listed items
 * do not suffice: most waits that find their object ready cost one request.
 *
 * @module
 */

import { observedListerWatcher, observedWait } from "./_observed.ts";
import { cancelQuietly } from "../internal/abort.ts";
import { conditionList, runConditions } from "./_condition_run.ts";
import { FailureMemory } from "./_last_failure.ts";
import { listAll } from "../cache/_list_all.ts";
import { checkPageSize } from "../cache/_pages.ts";
import { pullStream } from "../internal/pull_stream.ts";
import { RetryWatcher } from "./retry_watcher.ts";
import {
  checkRetryWatcherOptions,
  type RetryWatcherOptions,
} from "./retry_watcher_options.ts";
import type {
  KubernetesObject,
  ListerWatcher,
  WatchEvent,
} from "../api/types.ts";
import type { UntilOptions } from "./until.ts";
import type { ConditionFunc } from "../api/condition_func.ts";
import { WaitInterruptedError } from "./until_error.ts";

/** Options for {@linkcode listWatchUntil}. */
export interface ListWatchUntilOptions
  extends UntilOptions, RetryWatcherOptions {
  /** Ends the wait: it rejects with a `WaitInterruptedError`. */
  signal?: AbortSignal | undefined;
  /**
   * The most items of a page of the list. 0 requests everything at once.
   *
   * @default {500}
   */
  pageSize?: number | undefined;
}

/**
 * Lists objects and watches their changes until an event meets a condition, as
 * client-go's `watch.ListWatchUntil`: like `until`, over events that begin with
 * one ADDED event for each listed item.
 *
 * The whole list is requested, in pages, before the condition is tried. A
 * request that got no answer, or a 429, 502, 503 or 504, is repeated up to ten
 * times, with the delays of a restart and never sooner than a `Retry-After`.
 * The wait survives lost connections, but not the expiry of the version while
 * it watches (410), nor a server that was restored from a backup; use
 * `untilWithSync` to survive all of them.
 *
 * @typeParam T Type of the objects.
 * @param listerWatcher Lists and watches the objects.
 * @param condition The condition to wait for.
 * @param options The signal that ends the wait, the page size, and the options
 *   of `RetryWatcher`.
 * @returns The event that met the condition.
 * @throws {RangeError} If a duration is negative or NaN, or if `pageSize` is
 *   not a non-negative integer.
 * @throws {WaitInterruptedError} If the signal is aborted before the condition
 *   is met.
 * @throws {ConditionError} If the condition throws or rejects.
 * @throws {WatchClosedError} If the watch cannot continue; `cause` is the
 *   server's `StatusError`.
 * @throws {StatusError} If the list is refused, for the last time if it may be
 *   repeated.
 * @throws {ConnectionError} If the list gets no answer after all retries.
 * @throws {ConfigurationError} If the list cannot be requested as configured.
 * @throws {ShardingUnsupportedError} If a shard is requested and the server
 *   does not know shards.
 * @throws {TypeError} If what the server sent is not a list of objects.
 *
 * @example Wait for a pod that may exist already
 * ```ts
 * import { listWatchUntil } from "@watchtools/kube";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const pods = new FakeListerWatcher();
 * pods.add({ metadata: { name: "web" } });
 *
 * const event = await listWatchUntil(
 *   pods,
 *   (event) => event.type === "ADDED" && event.object.metadata?.name === "web",
 *   { signal: AbortSignal.timeout(5_000) },
 * );
 * assertEquals(event.type, "ADDED");
 * ```
 */
export function listWatchUntil<T extends KubernetesObject = KubernetesObject>(
  listerWatcher: ListerWatcher<T>,
  condition: ConditionFunc<T>,
  options?: ListWatchUntilOptions,
): Promise<WatchEvent<T>>;
/**
 * Lists objects and watches their changes until several conditions have been
 * met, in order.
 *
 * @typeParam T Type of the objects.
 * @param listerWatcher Lists and watches the objects.
 * @param conditions The conditions to wait for, in order.
 * @param options The signal that ends the wait, the page size, and the options
 *   of `RetryWatcher`.
 * @returns The event that met the last condition; undefined, at once and
 *   without a request, if there are no conditions.
 * @throws {UntilError} As with one condition.
 *
 * @example No conditions, no request
 * ```ts
 * import { listWatchUntil } from "@watchtools/kube";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await listWatchUntil(new FakeListerWatcher(), []), undefined);
 * ```
 */
export function listWatchUntil<T extends KubernetesObject = KubernetesObject>(
  listerWatcher: ListerWatcher<T>,
  conditions: ConditionFunc<T> | readonly ConditionFunc<T>[],
  options?: ListWatchUntilOptions,
): Promise<WatchEvent<T> | undefined>;
export async function listWatchUntil<
  T extends KubernetesObject = KubernetesObject,
>(
  listerWatcher: ListerWatcher<T>,
  conditions: ConditionFunc<T> | readonly ConditionFunc<T>[],
  options: ListWatchUntilOptions = {},
): Promise<WatchEvent<T> | undefined> {
  const { signal, pageSize, ...watcherOptions } = options;
  checkRetryWatcherOptions(watcherOptions);
  checkPageSize(pageSize);
  const list = conditionList(conditions);
  if (list.length === 0) return undefined;
  const failures = new FailureMemory(watcherOptions);
  return await observedWait(options.observer, async () => {
    const events = await listThenWatch(
      listerWatcher,
      pageSize,
      signal ?? new AbortController().signal,
      failures,
    );
    return await runConditions(events, list, {
      signal,
      lastError: () => failures.last,
    });
  });
}

/**
 * Lists, then streams one ADDED event for each item and the changes after the
 * list. Only the stream holds the items, and only until they have been read.
 */
async function listThenWatch<T extends KubernetesObject>(
  listerWatcher: ListerWatcher<T>,
  pageSize: number | undefined,
  signal: AbortSignal,
  failures: FailureMemory,
): Promise<ReadableStream<WatchEvent<T>>> {
  const { minRestartDelayMs, maxRestartDelayMs, observer } = failures.options;
  try {
    const lister = observedListerWatcher(listerWatcher, observer);
    const { items, resourceVersion } = await listAll(lister, {
      signal,
      pageSize,
      minRestartDelayMs,
      maxRestartDelayMs,
      onRetry: (error) => failures.last = error,
    });
    return itemsThenEvents(
      items,
      () => watchFrom(resourceVersion, listerWatcher, failures.options),
    );
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new WaitInterruptedError({
      cause: signal.reason,
      lastError: failures.last,
    });
  }
}

/** Watches from the version of a list, which some APIs do not give. */
function watchFrom<T extends KubernetesObject>(
  resourceVersion: string,
  listerWatcher: ListerWatcher<T>,
  options: RetryWatcherOptions,
): RetryWatcher<T> {
  try {
    return new RetryWatcher(resourceVersion, listerWatcher, options);
  } catch (error) {
    if (!(error instanceof TypeError) || resourceVersion !== "") throw error;
    throw new TypeError(
      "the list has no resource version, as that of an API that cannot be " +
        `watched: ${error.message}`,
      { cause: error },
    );
  }
}

function itemsThenEvents<T extends KubernetesObject>(
  items: readonly T[],
  watch: () => RetryWatcher<T>,
): ReadableStream<WatchEvent<T>> {
  let unread: Iterator<T> | undefined = items.values();
  let reader: ReadableStreamDefaultReader<WatchEvent<T>> | undefined;
  let isCancelled = false;
  const { stream, controller } = pullStream<WatchEvent<T>>({
    pull: async (): Promise<void> => {
      const item = unread?.next();
      if (item?.done === false) {
        return controller.enqueue({ type: "ADDED", object: item.value });
      }
      // V8's iterators keep their array alive even after its end.
      unread = undefined;
      reader ??= watch().events.getReader();
      // What has been called to start the watch may have ended the wait.
      if (isCancelled) return cancelQuietly(reader);
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => {
      isCancelled = true;
      cancelQuietly(reader, reason);
    },
  });
  return stream;
}
