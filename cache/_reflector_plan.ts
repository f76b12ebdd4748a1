/**
 * What an informer requests next: the reflector without its I/O.
 *
 * The plan is told how each request went, and answers with the next one and the
 * delay before it. Its state is only what outlives a request (the version of
 * the store, what the server has turned out not to support, the backoff), so
 * that each rule is a method that can be tested by itself:
 *
 * - The whole list is streamed by WatchList if the server supports it, else
 *   requested by LIST.
 * - When a version is no longer available, the next list asks for any version.
 * - A watch that ends or loses its connection is resumed; one that cannot be
 *   resumed is followed by a list.
 * - Every failure is followed by the backoff, and the starts of two watches are
 *   at least its first delay apart. Without delays, anything that could repeat
 *   for ever still lets the event loop turn.
 *
 * @module
 */

import {
  Backoff,
  honoredRetryAfterMs,
  ResetTimerBackoff,
} from "../internal/backoff.ts";
import { ConnectionError } from "../api/connection_error.ts";
import {
  findStatusError,
  isExpired,
  isTimeout,
  isTooManyRequests,
} from "../api/status_predicates.ts";

/** A request to make. */
export type Request =
  /** Stream the whole list, then watch on the same stream. */
  | { kind: "watchList"; version: string }
  /** List, in pages where `paged`. */
  | { kind: "list"; version: string; paged: boolean }
  /** Watch from a version. */
  | { kind: "watch"; version: string };

/** A request, and when to send it. */
export interface Plan {
  /** The request. */
  request: Request;
  /** Milliseconds to wait before it. */
  delayMs: number;
  /** Whether it may be sent at once, before the event loop turns. */
  atOnce: boolean;
}

/** Options for {@linkcode ReflectorPlan}. */
export interface ReflectorPlanOptions {
  /** Whether to try WatchList. */
  watchList: boolean;
  /** Whether to request every list in pages. */
  alwaysPaged: boolean;
  /** The first delay of the backoff, and the least between two watch starts. */
  minBackoffMs: number;
  /** The longest delay of the backoff, before jitter. */
  maxBackoffMs: number;
}

/** How long without a failure until the backoff starts over. */
const RESET_AFTER_MS = 120_000;

/** A watch that ends sooner, without an event, counts as short. */
const SHORT_WATCH_MS = 1_000;

/** Decides what an informer requests next. */
export class ReflectorPlan {
  readonly #options: ReflectorPlanOptions;
  readonly #backoff: ResetTimerBackoff;
  /** The version of the store; empty before the initial list. */
  #version = "";
  /** Whether the server no longer has that version, or does not have it yet. */
  #unavailable = false;
  #watchListRefused = false;
  #listsComeInPages = false;
  #watchStartedAt = -Infinity;
  /** Whether the previous watch expired without an event. */
  #justExpired = false;

  /**
   * Creates the plan of an informer with an empty store.
   *
   * @param options The caller's options.
   */
  constructor(options: ReflectorPlanOptions) {
    this.#options = options;
    const { minBackoffMs: minMs, maxBackoffMs: maxMs } = options;
    this.#backoff = new ResetTimerBackoff(
      new Backoff({ minMs, maxMs }),
      RESET_AFTER_MS,
    );
  }

  /** The version of the store; empty before the initial list. */
  get version(): string {
    return this.#version;
  }

  /**
   * Plans the first request.
   *
   * @returns The initial list.
   */
  begin(): Plan {
    return this.#wholeList();
  }

  /** Notes that a watch is being started, WatchList or not. */
  watchStarts(): void {
    this.#watchStartedAt = Date.now();
  }

  /**
   * Notes that an event or a bookmark has moved the store to a version.
   *
   * @param version The version.
   */
  moved(version: string): void {
    this.#version = version;
    this.#justExpired = false;
  }

  /**
   * Notes that the store has been replaced from a whole list.
   *
   * @param version The version of the list.
   */
  replaced(version: string): void {
    this.#version = version;
    this.#unavailable = false;
  }

  /**
   * Plans what follows a list.
   *
   * @param request The request for the list.
   * @param cameInPages Whether its first response was not the whole list.
   * @returns The watch.
   */
  listed(request: Request, cameInPages: boolean): Plan {
    if (request.version === "0" && cameInPages) this.#listsComeInPages = true;
    return this.#spaced({ kind: "watch", version: this.#version }, 0);
  }

  /**
   * Plans what follows a list that failed.
   *
   * @param request The request for the list.
   * @param error The failure.
   * @returns The next request.
   */
  listFailed(request: Request, error: unknown): Plan {
    if (this.#becomesUnavailable(request, error)) return this.#list();
    return this.#wholeList(this.#backoffMs(error));
  }

  /**
   * Plans what follows a WatchList that failed before its end marker.
   *
   * @param request The request for the WatchList.
   * @param error The failure.
   * @returns The next request.
   */
  watchListFailed(request: Request, error: unknown): Plan {
    if (isTemporary(error)) return this.#wholeList(this.#backoffMs(error));
    if (this.#becomesUnavailable(request, error)) return this.#wholeList();
    const code = findStatusError(error)?.code;
    if (code === 400 || code === 422) this.#watchListRefused = true;
    return this.#list();
  }

  /**
   * Plans what follows a watch that ended without a failure.
   *
   * @param heard Whether it delivered an event or a bookmark.
   * @returns The next request.
   */
  watchEnded(heard: boolean): Plan {
    if (heard || !this.#wasShort()) return this.#resume(0);
    return this.#wholeList(this.#backoff.next());
  }

  /**
   * Plans what follows a watch whose connection was lost.
   *
   * @param heard Whether it delivered an event or a bookmark.
   * @returns The next request.
   */
  watchLost(heard: boolean): Plan {
    if (heard || !this.#wasShort()) return this.#resume(0);
    return this.#resume(this.#backoff.next());
  }

  /**
   * Plans what follows a watch that was refused or received an ERROR event.
   *
   * @param error The failure.
   * @returns The next request.
   */
  watchFailed(error: unknown): Plan {
    if (isTemporary(error)) return this.#resume(this.#backoffMs(error));
    if (!isExpired(error)) return this.#wholeList(this.#backoffMs(error));
    const again = this.#justExpired;
    this.#justExpired = true;
    return again ? this.#wholeList(this.#backoffMs(error)) : this.#wholeList();
  }

  /** Whether the watch that has just ended was short. */
  #wasShort(): boolean {
    return this.#sinceWatchStart() < SHORT_WATCH_MS;
  }

  /** A clock that was set back counts as standing still. */
  #sinceWatchStart(): number {
    return Math.max(0, Date.now() - this.#watchStartedAt);
  }

  /** The whole list, by WatchList or LIST; after the backoff if it is given. */
  #wholeList(backoffMs?: number): Plan {
    if (!this.#options.watchList || this.#watchListRefused) {
      return {
        ...this.#list(),
        delayMs: backoffMs ?? 0,
        atOnce: backoffMs === undefined,
      };
    }
    const version = this.#unavailable ? "" : this.#version;
    return this.#spaced({ kind: "watchList", version }, backoffMs ?? 0);
  }

  #list(): Plan {
    const version = this.#unavailable ? "" : this.#version || "0";
    const paged = this.#options.alwaysPaged || this.#listsComeInPages ||
      isAnyVersion(version);
    const request: Request = { kind: "list", version, paged };
    return { request, delayMs: 0, atOnce: true };
  }

  /** Resumes the watch; without a version it cannot be resumed. */
  #resume(delayMs: number): Plan {
    if (isAnyVersion(this.#version)) return this.#wholeList(delayMs);
    return this.#spaced({ kind: "watch", version: this.#version }, delayMs);
  }

  #spaced(request: Request, atLeastMs: number): Plan {
    const { minBackoffMs } = this.#options;
    const spacingMs = minBackoffMs - this.#sinceWatchStart();
    const delayMs = Math.max(0, atLeastMs, spacingMs);
    const isFirst = this.#watchStartedAt === -Infinity;
    const atOnce = delayMs === 0 && (minBackoffMs > 0 || isFirst);
    return { request, delayMs, atOnce };
  }

  #backoffMs(error: unknown): number {
    const askedMs = honoredRetryAfterMs(findStatusError(error)?.retryAfterMs);
    return Math.max(this.#backoff.next(), askedMs);
  }

  /** Whether the error newly says that the version is unavailable. */
  #becomesUnavailable(request: Request, error: unknown): boolean {
    if (!isExpired(error) && !isTooLarge(error)) return false;
    this.#unavailable = true;
    return request.version !== "";
  }
}

/**
 * Tests whether a version means any version. A watch from it begins with an
 * ADDED event for each existing object, in no order.
 *
 * @param version The version.
 * @returns Whether it is `""` or `"0"`.
 */
export function isAnyVersion(version: string): boolean {
  return version === "" || version === "0";
}

function isTemporary(error: unknown): boolean {
  return error instanceof ConnectionError || isTooManyRequests(error);
}

/**
 * Whether the server has not reached the requested version yet, by the rules of
 * client-go's reflector: by cause, or by message before Kubernetes 1.19.
 */
function isTooLarge(error: unknown): boolean {
  const status = findStatusError(error)?.status;
  const causes = status?.details?.causes ?? [];
  if (causes.some(({ reason }) => reason === "ResourceVersionTooLarge")) {
    return true;
  }
  const message = "Too large resource version";
  return isTimeout(error) &&
    (status?.message?.includes(message) === true ||
      causes.some((cause) => cause.message === message));
}
