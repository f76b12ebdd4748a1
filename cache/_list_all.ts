/**
 * A whole list for those who have no other chance: where the server cannot be
 * reached or asks to wait, the same request is made again, a limited number of
 * times.
 *
 * @module
 */

import { unlessAborted } from "../internal/abort.ts";
import { DEFAULT_PAGE_SIZE, walkPages } from "./_pages.ts";
import { pause } from "../internal/pause.ts";
import { honoredRetryAfterMs } from "../internal/backoff.ts";
import {
  type RestartDelays,
  RestartSchedule,
} from "../internal/restart_schedule.ts";
import { ConnectionError } from "../api/connection_error.ts";
import { findStatusError } from "../api/status_predicates.ts";
import type {
  KubernetesList,
  KubernetesObject,
  Lister,
  ListOptions,
} from "../api/types.ts";

/** How a list is asked for. */
export interface ListAllOptions extends RestartDelays {
  /** Ends it; the promise rejects with the signal's reason. */
  signal: AbortSignal;
  /**
   * Most items that one request asks for; 0 asks for all of them.
   *
   * @default {500}
   */
  pageSize?: number | undefined;
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
  const { pageSize = DEFAULT_PAGE_SIZE } = options;
  let items: T[] = [];
  const { version } = await walkPages<T>({}, pageSize, {
    ask: (request) => listOnce(lister, request, options),
    take: (page) => {
      for (const item of page) items.push(item);
    },
    drop: (error) => {
      options.onRetry(error);
      items = [];
    },
  });
  return { items, resourceVersion: version };
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
      await pause(retryAfterMs ?? backoff.delayMs, signal);
    }
  }
}

/** How long a server that is overloaded or not ready asks to wait. */
function askedToWaitMs(error: unknown): number | undefined {
  const found = findStatusError(error);
  if (found?.code !== 429 && found?.code !== 503) return undefined;
  const askedMs = found.retryAfterMs;
  return askedMs === undefined ? undefined : honoredRetryAfterMs(askedMs);
}
