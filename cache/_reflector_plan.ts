/**
 * What an informer asks of the server next: the reflector without its I/O.
 *
 * The plan is told how each request went and answers with the next one and how
 * long to wait before it. It holds only what outlives a request (the version
 * that the store shows, what the server has turned out not to do, the backoff),
 * so that each rule is a method that can be tested by itself:
 *
 * - The whole list comes by WatchList where the server knows it, else by LIST.
 * - From a version that can no more be had the way leads to any version.
 * - A watch that ends, or whose connection is lost, carries on where it was;
 *   one that cannot carry on begins with a list again.
 * - Whatever fails is followed by the backoff, and two watches never start
 *   within less than its first delay. Where there are no delays, what could go
 *   round for ever still lets the event loop turn.
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
  /** Watch from a version on. */
  | { kind: "watch"; version: string };

/** A request, and when to make it. */
export interface Plan {
  /** The request. */
  request: Request;
  /** How long to wait before it, in milliseconds. */
  delayMs: number;
  /** Whether it follows at once: the event loop need not turn before. */
  atOnce: boolean;
}

/** What a plan depends on. */
export interface ReflectorPlanOptions {
  /** Whether to try WatchList at all. */
  watchList: boolean;
  /** Whether every list is to come in pages. */
  alwaysPaged: boolean;
  /** The first delay of the backoff, and the least between two watches. */
  minBackoffMs: number;
  /** Most that the backoff grows to, before randomness. */
  maxBackoffMs: number;
}

/** How long without a failure the backoff takes to start over. */
const RESET_AFTER_MS = 120_000;

/** A watch that ends sooner than this without an event was hardly there. */
const SHORT_WATCH_MS = 1_000;

/** Decides what an informer asks next. */
export class ReflectorPlan {
  readonly #options: ReflectorPlanOptions;
  readonly #backoff: ResetTimerBackoff;
  /** The version that the store shows; empty before the first list. */
  #version = "";
  /** Whether that version can no more be listed from. */
  #unavailable = false;
  #watchListRefused = false;
  #listsComeInPages = false;
  #watchStartedAt = -Infinity;
  /** Whether the watch before this one expired without an event. */
  #justExpired = false;

  /**
   * Begins with an empty store.
   *
   * @param options What the caller wants.
   */
  constructor(options: ReflectorPlanOptions) {
    this.#options = options;
    const { minBackoffMs: minMs, maxBackoffMs: maxMs } = options;
    this.#backoff = new ResetTimerBackoff(
      new Backoff({ minMs, maxMs }),
      RESET_AFTER_MS,
    );
  }

  /** The version that the store shows; empty before the first list. */
  get version(): string {
    return this.#version;
  }

  /** The first request. */
  begin(): Plan {
    return this.#wholeList();
  }

  /** A request for a watch, WatchList or not, is being made. */
  watchStarts(): void {
    this.#watchStartedAt = Date.now();
  }

  /** An event or a bookmark has moved the store to a version. */
  moved(version: string): void {
    this.#version = version;
    this.#justExpired = false;
  }

  /** The store shows a whole list now, of that version. */
  replaced(version: string): void {
    this.#version = version;
    this.#unavailable = false;
  }

  /**
   * A list has come.
   *
   * @param request How it was asked for.
   * @param cameInPages Whether its first answer was not all of it.
   * @returns The watch that follows.
   */
  listed(request: Request, cameInPages: boolean): Plan {
    if (request.version === "0" && cameInPages) this.#listsComeInPages = true;
    return this.#spaced({ kind: "watch", version: this.#version }, 0);
  }

  /**
   * A list has failed.
   *
   * @param request How it was asked for.
   * @param error What it failed with.
   * @returns What to ask next.
   */
  listFailed(request: Request, error: unknown): Plan {
    if (this.#becomesUnavailable(request, error)) return this.#list();
    return this.#wholeList(this.#backoffMs(error));
  }

  /**
   * A WatchList has failed before its end marker.
   *
   * @param request How it was asked for.
   * @param error What it failed with.
   * @returns What to ask next.
   */
  watchListFailed(request: Request, error: unknown): Plan {
    if (isTemporary(error)) return this.#wholeList(this.#backoffMs(error));
    if (this.#becomesUnavailable(request, error)) return this.#wholeList();
    const code = findStatusError(error)?.code;
    if (code === 400 || code === 422) this.#watchListRefused = true;
    return this.#list();
  }

  /**
   * A watch has ended without a failure.
   *
   * @param heard Whether it brought an event or a bookmark.
   * @returns What to ask next.
   */
  watchEnded(heard: boolean): Plan {
    if (heard || !this.#wasShort()) return this.#carryOn(0);
    return this.#wholeList(this.#backoff.next());
  }

  /**
   * The connection of a watch was lost.
   *
   * @param heard Whether it brought an event or a bookmark.
   * @returns What to ask next.
   */
  watchLost(heard: boolean): Plan {
    if (heard || !this.#wasShort()) return this.#carryOn(0);
    return this.#carryOn(this.#backoff.next());
  }

  /**
   * A watch was refused, or was told of an error.
   *
   * @param error The refusal.
   * @returns What to ask next.
   */
  watchFailed(error: unknown): Plan {
    if (isTemporary(error)) return this.#carryOn(this.#backoffMs(error));
    if (!isExpired(error)) return this.#wholeList(this.#backoffMs(error));
    const again = this.#justExpired;
    this.#justExpired = true;
    return again ? this.#wholeList(this.#backoffMs(error)) : this.#wholeList();
  }

  /** Whether the watch that has just ended was hardly there. */
  #wasShort(): boolean {
    return this.#sinceWatchStart() < SHORT_WATCH_MS;
  }

  /** Time that seems to run backwards counts as none. */
  #sinceWatchStart(): number {
    return Math.max(0, Date.now() - this.#watchStartedAt);
  }

  /** The whole list, by whatever way; after the backoff where it is given. */
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

  /** The next watch; what one without a version missed, only a list knows. */
  #carryOn(delayMs: number): Plan {
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

  /** Whether the error says so of the version, for the first time. */
  #becomesUnavailable(request: Request, error: unknown): boolean {
    if (!isExpired(error) && !isTooLarge(error)) return false;
    this.#unavailable = true;
    return request.version !== "";
  }
}

/**
 * Whether a version means any version. A watch from it begins with an ADDED
 * for each object there is, in no order.
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
 * Whether a server is behind the version it was asked for, in the words of
 * client-go's reflector: by cause today, by message before Kubernetes 1.19.
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
