/**
 * Shows an observer what a lister-watcher does. Nothing of this is created where
 * there is no observer.
 *
 * @module
 */

import { callSafely } from "../internal/console.ts";
import { syncResult } from "../internal/sync_result.ts";
import type {
  KubernetesObject,
  Lister,
  ListerWatcher,
  ListOptions,
  Watcher,
  WatchEvent,
  WatchOptions,
} from "../api/types.ts";
import { deliverable } from "../api/_lazy_event.ts";
import { passingOn } from "../api/_lazy_items_option.ts";
import { itemCountOf, versionOf } from "../api/_untrusted.ts";
import type { StreamObserver, WatchObserver } from "./observer.ts";

/**
 * Shows an observer the watches of a watcher.
 *
 * @typeParam T Type of the objects.
 * @param watcher Opens the watches; if it can list, so can the result.
 * @param observer The observer, if there is one.
 * @returns A watcher to use instead.
 */
export function observedWatcher<T extends KubernetesObject>(
  watcher: Watcher<T>,
  observer: WatchObserver | undefined,
): Watcher<T> {
  if (observer === undefined) return watcher;
  return isListerWatcher(watcher)
    ? observedListerWatcher(watcher, observer)
    : { watch: (options) => watch(watcher, options, observer) };
}

/**
 * Shows an observer the lists and watches of a lister-watcher.
 *
 * @typeParam T Type of the objects.
 * @param source The lister-watcher.
 * @param observer The observer, if there is one.
 * @returns A lister-watcher to use instead.
 */
export function observedListerWatcher<T extends KubernetesObject>(
  source: ListerWatcher<T>,
  observer: WatchObserver | undefined,
): ListerWatcher<T> {
  if (observer === undefined) return source;
  const wrapper: ListerWatcher<T> = {
    list: (options) => list(source, options, observer),
    watch: (options) => watch(source, options, observer),
  };
  return passingOn(wrapper, source);
}

/**
 * Shows an observer a wait.
 *
 * @typeParam V Type of the result.
 * @param observer The observer, if there is one.
 * @param run The wait.
 * @returns What the wait resolves with.
 * @throws What the wait rejects with.
 */
export async function observedWait<V>(
  observer: WatchObserver | undefined,
  run: () => Promise<V>,
): Promise<V> {
  const wait = started("waitStarted", () => observer?.waitStarted?.());
  if (wait === undefined) return await run();
  try {
    const result = await run();
    callSafely("ended", () => wait.ended(undefined), undefined);
    return result;
  } catch (error) {
    callSafely("ended", () => wait.ended(error), undefined);
    throw error;
  }
}

function isListerWatcher<T extends KubernetesObject>(
  watcher: Watcher<T>,
): watcher is ListerWatcher<T> {
  return "list" in watcher && typeof watcher.list === "function";
}

/** Calls a member of the observer that returns another one. */
function started<O>(
  name: string,
  start: () => O | undefined,
): O | undefined {
  let observer: O | undefined;
  callSafely(name, () => void (observer = syncResult(start())), undefined);
  return observer;
}

async function list<T extends KubernetesObject>(
  source: Lister<T>,
  options: ListOptions,
  observer: WatchObserver,
) {
  const seen = started("listStarted", () => observer.listStarted?.());
  try {
    const list = await source.list(options);
    callSafely("ended", () =>
      seen?.ended({
        items: itemCountOf(list),
        resourceVersion: versionOf(list),
      }), undefined);
    return list;
  } catch (error) {
    callSafely("ended", () => seen?.ended({ error }), undefined);
    throw error;
  }
}

async function watch<T extends KubernetesObject>(
  source: Watcher<T>,
  options: WatchOptions,
  observer: WatchObserver,
): Promise<ReadableStream<WatchEvent<T>>> {
  const seen = started(
    "watchStarted",
    () => observer.watchStarted?.(options),
  );
  if (seen === undefined) return await source.watch(options);
  try {
    const stream = await source.watch(options);
    return stream instanceof ReadableStream ? observed(stream, seen) : stream;
  } catch (error) {
    callSafely("ended", () => seen.ended(error), undefined);
    throw error;
  }
}

/** Reads an event when it is asked for one, never ahead. */
function observed<T extends KubernetesObject>(
  stream: ReadableStream<WatchEvent<T>>,
  seen: StreamObserver,
): ReadableStream<WatchEvent<T>> {
  const reader = stream.getReader();
  let hasEnded = false;
  const end = (error: unknown) => {
    hasEnded = true;
    callSafely("ended", () => seen.ended(error), undefined);
  };
  return new ReadableStream<WatchEvent<T>>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        // It has been cancelled meanwhile.
        if (hasEnded) return;
        if (done) {
          end(undefined);
          return controller.close();
        }
        if (seen.event !== undefined) {
          callSafely(
            "event",
            (event) => seen.event?.(event),
            deliverable(value),
          );
        }
        controller.enqueue(value);
      } catch (error) {
        if (!hasEnded) end(error);
        throw error;
      }
    },
    async cancel(reason) {
      end(reason ?? new DOMException("stopped", "AbortError"));
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
