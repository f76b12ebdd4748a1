/**
 * Waiting that begins with what is there already.
 *
 * The list and the watch are made into one stream, so that the conditions need
 * not know where an event comes from. The watch is opened only when the listed
 * items did not suffice: most waits that find their object ready cost one
 * request.
 *
 * @module
 */

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
  /** Ends the wait with a `WaitInterruptedError`. */
  signal?: AbortSignal | undefined;
  /**
   * Most items that one list request asks for. 0: all in one request.
   *
   * @default {500}
   */
  pageSize?: number | undefined;
}

/**
 * Waits until a condition has held on what is there, or on what changes from
 * then on, as client-go's `watch.ListWatchUntil`: like `until` over events that
 * begin with one ADDED for each listed item.
 *
 * The list is asked for whole, in pages, before any condition sees an item. A
 * list that got no answer, or a 429 or 503 with `Retry-After`, is asked again
 * up to ten times. It survives lost connections but not a version that expires
 * while it watches; `untilWithSync` survives both.
 *
 * @typeParam T Type of the objects.
 * @param listerWatcher Lists and watches the objects.
 * @param condition What is waited for.
 * @param options The signal that ends the wait, the size of a page, and the
 *   options of `RetryWatcher`.
 * @returns The event that met the condition.
 * @throws {RangeError} If a duration or `pageSize` is negative or NaN.
 * @throws {WaitInterruptedError} If the signal is aborted before.
 * @throws {ConditionError} If the condition throws or rejects.
 * @throws {WatchClosedError} If the watch cannot go on: `cause` is the
 *   server's `StatusError`.
 * @throws {StatusError} If the list is refused.
 * @throws {ConnectionError} If the list gets no answer time after time.
 *
 * @example Wait for a pod that may be there already
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
 * Waits until conditions have held in sequence on what is there and then on
 * what changes.
 *
 * @typeParam T Type of the objects.
 * @param listerWatcher Lists and watches the objects.
 * @param conditions What is waited for, in order.
 * @param options The signal that ends the wait, the size of a page, and the
 *   options of `RetryWatcher`.
 * @returns The event that met the last condition; undefined, at once and
 *   without a request, where there is no condition.
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
}

/**
 * Lists, and gives one ADDED event for each item, then what changes after. The
 * items are held by the stream alone, and only until they have been read.
 */
async function listThenWatch<T extends KubernetesObject>(
  listerWatcher: ListerWatcher<T>,
  pageSize: number | undefined,
  signal: AbortSignal,
  failures: FailureMemory,
): Promise<ReadableStream<WatchEvent<T>>> {
  const { minRestartDelayMs, maxRestartDelayMs } = failures.options;
  try {
    const { items, resourceVersion } = await listAll(listerWatcher, {
      signal,
      pageSize,
      minRestartDelayMs,
      maxRestartDelayMs,
      onRetry: (error) => failures.last = error,
    });
    const watch = () =>
      new RetryWatcher(resourceVersion, listerWatcher, failures.options);
    return itemsThenEvents(items, watch);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new WaitInterruptedError({
      cause: signal.reason,
      lastError: failures.last,
    });
  }
}

function itemsThenEvents<T extends KubernetesObject>(
  items: readonly T[],
  watch: () => RetryWatcher<T>,
): ReadableStream<WatchEvent<T>> {
  let unread: Iterator<T> | undefined = items.values();
  let reader: ReadableStreamDefaultReader<WatchEvent<T>> | undefined;
  const { stream, controller } = pullStream<WatchEvent<T>>({
    pull: async (): Promise<void> => {
      const item = unread?.next();
      if (item?.done === false) {
        return controller.enqueue({ type: "ADDED", object: item.value });
      }
      // V8's iterators hold their array even when they have come to its end.
      unread = undefined;
      reader ??= watch().events.getReader();
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => cancelQuietly(reader, reason),
  });
  return stream;
}
