/**
 * A whole list for callers that cannot fall back on anything else. A request
 * that got no answer, or was answered by a server (or a proxy in front of it)
 * that is overloaded or not ready, is repeated a limited number of times.
 *
 * @module
 */

import { unlessAborted } from "../internal/abort.ts";
import { DEFAULT_PAGE_SIZE, walkPages } from "./_pages.ts";
import { pause } from "../internal/pause.ts";
import { findCause } from "../internal/find_cause.ts";
import {
  type RestartDelays,
  RestartSchedule,
} from "../internal/restart_schedule.ts";
import { findConfigurationError } from "../api/configuration_error.ts";
import { ConnectionError } from "../api/connection_error.ts";
import { findStatusError } from "../api/status_predicates.ts";
import type {
  KubernetesList,
  KubernetesObject,
  Lister,
  ListOptions,
} from "../api/types.ts";

/** Options for {@linkcode listAll}. */
export interface ListAllOptions extends RestartDelays {
  /** Aborts the list; the promise rejects with the signal's reason. */
  signal: AbortSignal;
  /**
   * The most items of a page; 0 requests everything at once.
   *
   * @default {500}
   */
  pageSize?: number | undefined;
  /** Called with each failure that is followed by another request. */
  onRetry: (error: unknown) => void;
}

/** A whole list. */
export interface WholeList<T extends KubernetesObject> {
  /** All items, in list order. */
  items: T[];
  /** The resource version of the list; empty if the server sent none. */
  resourceVersion: string;
}

const MAX_RETRIES = 10;

/** The answers of a server or proxy that is overloaded or not ready. */
const TEMPORARY_CODES: ReadonlySet<number | undefined> = new Set([
  429,
  502,
  503,
  504,
]);

/**
 * Lists all objects. A request is repeated up to ten times, with the backoff of
 * the restart delays and never sooner than a `Retry-After`, if it gets no
 * answer or a 429, 502, 503 or 504.
 *
 * @typeParam T Type of the objects.
 * @param lister Lists the objects.
 * @param options The signal, the page size and the delays.
 * @returns The items of all pages, and the resource version of the list.
 * @throws The signal's reason if it is aborted; otherwise what the last request
 *   rejects with.
 */
export async function listAll<T extends KubernetesObject>(
  lister: Lister<T>,
  options: ListAllOptions,
): Promise<WholeList<T>> {
  const { pageSize = DEFAULT_PAGE_SIZE } = options;
  let items: T[] = [];
  const { version } = await walkPages<T>({}, pageSize, {
    request: (request) => listOnce(lister, request, options),
    take: (page) => {
      for (const { object } of page) items.push(object);
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
      if (!isTemporary(error) || retries === MAX_RETRIES) throw error;
      onRetry(error);
      const { delayMs } = schedule.next({
        failed: true,
        startedAt,
        retryAfterMs: findStatusError(error)?.retryAfterMs,
      });
      await pause(delayMs, signal);
    }
  }
}

/** Whether the same request may succeed later. */
function isTemporary(error: unknown): boolean {
  if (findConfigurationError(error) !== undefined) return false;
  const answer = findStatusError(error);
  if (answer !== undefined) return TEMPORARY_CODES.has(answer.code);
  return findCause(error, ConnectionError) !== undefined;
}
