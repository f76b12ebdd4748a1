/**
 * One whole list out of as many requests as it takes.
 *
 * Two things may go wrong that are no reason to give up: a page's `continue`
 * token expires while the pages are walked (then everything is asked for once
 * more, in one request, since what was collected belongs to a version that is
 * gone), and the server cannot be reached or asks to wait (then the same
 * request is made again, a limited number of times).
 *
 * @module
 */

import { delay } from "@std/async";
import { unlessAborted } from "./_abort.ts";
import {
  LONGEST_RETRY_AFTER_MS,
  type RestartDelays,
  RestartSchedule,
} from "./_restart_schedule.ts";
import { ConnectionError } from "./connection_error.ts";
import { findStatusError, isExpiredOrGone } from "./status_predicates.ts";
import type {
  KubernetesList,
  KubernetesObject,
  Lister,
  ListOptions,
} from "./types.ts";

/** How a list is asked for. */
export interface ListAllOptions extends RestartDelays {
  /** Ends it; the promise rejects with the signal's reason. */
  signal: AbortSignal;
  /** Most items that one request asks for; 0 asks for all of them. */
  pageSize: number;
  /** Told of each failure that is followed by another try. */
  onRetry: (error: unknown) => void;
}

/** What a whole list amounts to. */
export interface WholeList<T extends KubernetesObject> {
  /** All items, in list order. */
  items: T[];
  /** The version that the list shows; empty where the server gave none. */
  resourceVersion: string;
}

const MOST_RETRIES = 10;

/**
 * Lists everything.
 *
 * @typeParam T Type of the objects.
 * @param lister What is asked.
 * @param options How.
 * @returns The items of all pages, and their version.
 * @throws What the list rejects with, where that is final; the signal's reason.
 */
export async function listAll<T extends KubernetesObject>(
  lister: Lister<T>,
  options: ListAllOptions,
): Promise<WholeList<T>> {
  const { pageSize } = options;
  const limit = pageSize > 0 ? { limit: pageSize } : {};
  let list = await listOnce(lister, limit, options);
  let items = list.items;
  while (list.metadata?.continue) {
    const token = list.metadata.continue;
    try {
      list = await listOnce(lister, { ...limit, continue: token }, options);
      items = items.concat(list.items);
    } catch (error) {
      if (!isExpired(error)) throw error;
      options.onRetry(error);
      list = await listOnce(lister, {}, options);
      items = list.items;
      break;
    }
  }
  return { items, resourceVersion: list.metadata?.resourceVersion ?? "" };
}

async function listOnce<T extends KubernetesObject>(
  lister: Lister<T>,
  request: ListOptions,
  options: ListAllOptions,
): Promise<KubernetesList<T>> {
  const { signal, onRetry } = options;
  const schedule = new RestartSchedule(options);
  for (let retries = 0;; retries++) {
    signal.throwIfAborted();
    const startedAt = Date.now();
    try {
      const answer = lister.list({ ...request, signal });
      return await unlessAborted(answer, signal);
    } catch (error) {
      signal.throwIfAborted();
      const retryAfterMs = askedToWaitMs(error);
      const temporary = retryAfterMs !== undefined ||
        error instanceof ConnectionError;
      if (!temporary || retries === MOST_RETRIES) throw error;
      onRetry(error);
      const backoff = schedule.next({ failed: true, startedAt });
      await delay(retryAfterMs ?? backoff.delayMs, { signal });
    }
  }
}

/** How long a server that is overloaded or not ready asks to wait. */
function askedToWaitMs(error: unknown): number | undefined {
  const found = findStatusError(error);
  if (found?.code !== 429 && found?.code !== 503) return undefined;
  const askedMs = found.retryAfterMs;
  return askedMs === undefined
    ? undefined
    : Math.min(askedMs, LONGEST_RETRY_AFTER_MS);
}

function isExpired(error: unknown): boolean {
  return isExpiredOrGone(error) || findStatusError(error)?.code === 410;
}
