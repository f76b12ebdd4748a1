/**
 * What is there, then what changes, for as long as it takes: a list and the
 * watch that follows it, and both again when the watch cannot be carried on
 * from where it was.
 *
 * `listWatchUntil` is this without the "again"; it also keeps to itself where
 * the list ends, which a wait must know to tell that something is absent.
 *
 * @module
 */

import { delay } from "@std/async";
import { listAll } from "../watch/_list_all.ts";
import { RestartSchedule } from "../watch/_restart_schedule.ts";
import { ConnectionError } from "../watch/connection_error.ts";
import type { WatchRestart } from "../watch/retry_watcher.ts";
import type {
  ChangeEvent,
  KubernetesObject,
  ListerWatcher,
} from "../watch/types.ts";
import { until } from "../watch/until.ts";
import { isHopeless, isTemporary } from "./_failures.ts";

/** A list or watch that failed and is tried again. */
export interface Retry {
  /** What went wrong; undefined where a watch ended well. */
  readonly cause: unknown;
  /** How long until it is tried again, where that is known. */
  readonly delayMs?: number | undefined;
}

/** Who is told of what is there and of what changes. */
export interface Follower {
  /** Ends it all; what was called rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /**
   * Told of all objects that there are: at first, and when that had to be
   * found out anew.
   *
   * @param items The objects.
   * @returns Whether that is enough.
   */
  listed(items: readonly KubernetesObject[]): boolean;
  /**
   * Told of a change.
   *
   * @param event The change.
   * @returns Whether that is enough.
   */
  changed(event: ChangeEvent): boolean;
  /**
   * Told that something failed and is tried again.
   *
   * @param retry What failed, and when it is tried again.
   */
  retrying(retry: Retry): void;
}

const DELAYS = { minRestartDelayMs: 1_000, maxRestartDelayMs: 30_000 };
const PAGE_SIZE = 500;

/**
 * Lists and watches until the follower has enough.
 *
 * @param source What is listed and watched.
 * @param follower Who is told.
 * @throws What waiting cannot mend, and whatever fails before the first list
 *   is complete: then it has never worked.
 */
export async function follow(
  source: ListerWatcher,
  follower: Follower,
): Promise<void> {
  const { signal } = follower;
  const schedule = new RestartSchedule(DELAYS);
  let works = false;
  while (true) {
    const startedAt = Date.now();
    try {
      const { items, resourceVersion } = await list(source, follower, works);
      works = true;
      if (follower.listed(items)) return;
      await watch(source, resourceVersion, follower);
      return;
    } catch (cause) {
      signal.throwIfAborted();
      if (!works || !isTemporary(cause)) throw cause;
      const { delayMs } = schedule.next({ failed: true, startedAt });
      follower.retrying({ cause, delayMs });
      await delay(delayMs, { signal });
    }
  }
}

function list(
  source: ListerWatcher,
  follower: Follower,
  works: boolean,
) {
  return listAll(source, {
    ...DELAYS,
    pageSize: PAGE_SIZE,
    signal: follower.signal,
    onRetry: (cause) => {
      // A wrong address is told at once, not after ten tries.
      if (!works && cause instanceof ConnectionError) throw cause;
      follower.retrying({ cause });
    },
  });
}

async function watch(
  source: ListerWatcher,
  resourceVersion: string,
  follower: Follower,
): Promise<void> {
  const refused = new AbortController();
  const signal = AbortSignal.any([follower.signal, refused.signal]);
  const onRestart = ({ cause, delayMs }: WatchRestart) => {
    if (isHopeless(cause)) refused.abort(cause);
    else follower.retrying({ cause, delayMs });
  };
  try {
    await until(
      resourceVersion,
      source,
      (event) =>
        event.type !== "BOOKMARK" && event.type !== "ERROR" &&
        follower.changed(event),
      { ...DELAYS, signal, onRestart },
    );
  } catch (error) {
    refused.signal.throwIfAborted();
    throw error;
  }
}
