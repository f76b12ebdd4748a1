/**
 * What an informer requests next: the reflector without its I/O.
 *
 * The plan is told how each request went, and answers with the next one and the
 * delay before it. Its state is only what outlives a request (the version of
 * the store, what the server has turned out not to support, the backoff), so
 * that each rule is a method that can be tested by itself:
 *
 * - The whole list is streamed by WatchList if the server supports it, else
 *   requested by LIST. Of a shard it is streamed only once a list has shown that
 *   the server knows shards.
 * - When a version is not available, the next list asks for any version. So it
 *   does when a watch from the version of a list leads nowhere either.
 * - A watch that ends or loses its connection is resumed; one that cannot be
 *   resumed is followed by a list.
 * - Where silence could mean that the server's version is behind the store's,
 *   it is asked for its version before the watch is resumed.
 * - Every failure is followed by the backoff, and the starts of two watches are
 *   at least its first delay apart. Without delays, anything that could repeat
 *   for ever still lets the event loop turn.
 *
 * @module
 */

import { Backoff, ResetTimerBackoff } from "../internal/backoff.ts";
import { type FailureKind, failureKind } from "./_failure_kind.ts";
import {
  behindError,
  isDecimalVersion,
  isOlderVersion,
} from "./_server_version.ts";
import { WatchEndedError } from "./_watch_ended_error.ts";

/** A request to make. */
export type Request =
  /** Stream the whole list, then watch on the same stream. */
  | { kind: "watchList"; version: string }
  /** List, in pages where `paged`. */
  | { kind: "list"; version: string; paged: boolean }
  /** Watch from a version. */
  | { kind: "watch"; version: string }
  /** Ask for the server's version, before the watch from this one. */
  | { kind: "checkVersion"; version: string }
  /** Find out whether the server knows shards, before the first WatchList. */
  | { kind: "checkShards"; version: "" };

/** A request, and when to send it. */
export interface Plan {
  /** The request. */
  request: Request;
  /** Milliseconds to wait before it. */
  delayMs: number;
  /** Whether it may be sent at once, before the event loop turns. */
  atOnce: boolean;
  /** Why it is necessary, if no request has failed. */
  reason?: Error | undefined;
}

/** Options for {@linkcode ReflectorPlan}. */
export interface ReflectorPlanOptions {
  /** Whether to try WatchList. */
  watchList: boolean;
  /** Whether only a shard is listed and watched. */
  sharded: boolean;
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

/**
 * A watch that was silent for longer has missed a bookmark: a kube-apiserver
 * sends one about once a minute.
 */
const LONG_SILENCE_MS = 120_000;

/** A version that expires so soon after another one … */
const OFTEN_MS = 10_000;

/** … is listed at once only so often. */
const OFTEN = 3;

/** Decides what an informer requests next. */
export class ReflectorPlan {
  readonly #options: ReflectorPlanOptions;
  readonly #backoff: ResetTimerBackoff;
  /** The version of the store; empty before the initial list. */
  #version = "";
  /** Whether the server no longer has that version, or does not have it yet. */
  #unavailable = false;
  #watchListRefused = false;
  #shardsAreKnown: boolean;
  #listsComeInPages = false;
  #watchStartedAt = -Infinity;
  /** When the store was replaced last. */
  #replacedAt = -Infinity;
  /**
   * Whether the version had expired, or the next event could not be understood,
   * and nothing has come since.
   */
  #isStuck = false;
  /** How many versions have expired one soon after the other, and when last. */
  #expiries = 0;
  #expiredAt = -Infinity;
  /** Whether the server was behind, and nothing has come from it since. */
  #wasJustBehind = false;

  /**
   * Creates the plan of an informer with an empty store.
   *
   * @param options The caller's options.
   */
  constructor(options: ReflectorPlanOptions) {
    this.#options = options;
    this.#shardsAreKnown = !options.sharded;
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
   * @returns The initial list, or what has to be known before it.
   */
  begin(): Plan {
    return this.#wholeList();
  }

  /** Notes that a watch is being started, WatchList or not. */
  watchStarts(): void {
    this.#watchStartedAt = Date.now();
  }

  /**
   * Notes that an event or a bookmark has arrived. The position never moves
   * back: what has been seen would come again.
   *
   * @param version The version of the event.
   */
  moved(version: string): void {
    this.#isStuck = false;
    this.#wasJustBehind = false;
    if (!isOlderVersion(version, this.#version)) this.#version = version;
  }

  /**
   * Notes that the store has been replaced from a whole list.
   *
   * @param version The version of the list.
   */
  replaced(version: string): void {
    this.#version = version;
    this.#unavailable = false;
    this.#replacedAt = Date.now();
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
   * Plans what follows a list that failed, or the check for shards.
   *
   * @param request The request.
   * @param error The failure.
   * @returns The next request.
   */
  listFailed(request: Request, error: unknown): Plan {
    const failure = failureKind(error);
    if (this.#becomesUnavailable(request, failure)) return this.#list();
    return this.#wholeList(this.#backoffMs(failure));
  }

  /**
   * Plans what follows a WatchList that failed before its end marker.
   *
   * @param request The request for the WatchList.
   * @param error The failure.
   * @returns The next request.
   */
  watchListFailed(request: Request, error: unknown): Plan {
    const failure = failureKind(error);
    if (failure.kind === "no answer" || failure.kind === "busy") {
      return this.#wholeList(this.#backoffMs(failure));
    }
    if (this.#becomesUnavailable(request, failure)) return this.#wholeList();
    if (failure.kind === "invalid") this.#watchListRefused = true;
    // A failure that is only about the version does not speak against a list.
    const isAboutVersion = failure.kind === "expired" ||
      failure.kind === "too large";
    const waits = !isAboutVersion && failure.retryAfterMs > 0;
    return this.#list(waits ? failure.retryAfterMs : undefined);
  }

  /**
   * Plans what follows the check for shards.
   *
   * @returns The initial list.
   */
  shardsChecked(): Plan {
    this.#shardsAreKnown = true;
    return this.#wholeList();
  }

  /**
   * Plans what follows the question for the server's version.
   *
   * @param version The version; undefined if there was no answer.
   * @returns The watch, or a list if the server is behind the store.
   */
  versionChecked(version: string | undefined): Plan {
    if (version === undefined || !isOlderVersion(version, this.#version)) {
      return this.#resume(0);
    }
    const reason = behindError(version, this.#version);
    const again = this.#wasJustBehind;
    this.#unavailable = true;
    this.#wasJustBehind = true;
    const backoffMs = again ? this.#backoff.next() : undefined;
    return { ...this.#wholeList(backoffMs), reason };
  }

  /**
   * Plans what follows a watch that the server ended.
   *
   * @param heard Whether it delivered an event or a bookmark.
   * @returns The next request.
   */
  watchEnded(heard: boolean): Plan {
    if (!heard && this.#wasShort()) {
      const ms = this.#sinceWatchStart();
      const reason = new WatchEndedError(
        `The watch ended after ${ms} ms without an event or bookmark`,
      );
      return { ...this.#wholeList(this.#backoff.next()), reason };
    }
    return this.#goOn(heard, !heard);
  }

  /**
   * Plans what follows a watch whose stream broke off.
   *
   * @param heard Whether it delivered an event or a bookmark.
   * @returns The next request.
   */
  watchLost(heard: boolean): Plan {
    const isLong = this.#sinceWatchStart() >= LONG_SILENCE_MS;
    return this.#goOn(heard, !heard && isLong);
  }

  /**
   * Plans what follows a watch that was given up at its deadline, or when it had
   * been idle for too long.
   *
   * @param heard Whether it delivered an event or a bookmark.
   * @returns The next request.
   */
  watchDied(heard: boolean): Plan {
    return this.#goOn(heard, !heard);
  }

  /**
   * Plans what follows a watch that was refused or received an ERROR event, or
   * an event that cannot be understood.
   *
   * @param error The failure.
   * @returns The next request.
   */
  watchFailed(error: unknown): Plan {
    const failure = failureKind(error);
    switch (failure.kind) {
      case "no answer":
        return this.#checkVersion(this.#backoffMs(failure));
      case "busy":
        return this.#resume(this.#backoffMs(failure));
      case "expired":
        return this.#getsStuck() || this.#expiresOften()
          ? this.#wholeList(this.#backoffMs(failure))
          : this.#wholeList();
      case "undecodable":
        this.#getsStuck();
        return this.#wholeList(this.#backoffMs(failure));
      default:
        return this.#wholeList(this.#backoffMs(failure));
    }
  }

  /**
   * Notes that a watch from the last version leads nowhere, and returns whether
   * that is so again, right after the list. A list at that version would then
   * lead there again: a replica may lag, and pages show a version exactly.
   */
  #getsStuck(): boolean {
    const sinceListMs = Date.now() - this.#replacedAt;
    const again = this.#isStuck &&
      (this.#wasShort() || sinceListMs < SHORT_WATCH_MS);
    this.#isStuck = true;
    if (again) this.#unavailable = true;
    return again;
  }

  /** Whether versions expire as fast as they are listed, with events between. */
  #expiresOften(): boolean {
    const now = Date.now();
    const isRecent = Math.abs(now - this.#expiredAt) < OFTEN_MS;
    this.#expiries = isRecent ? this.#expiries + 1 : 1;
    this.#expiredAt = now;
    return this.#expiries > OFTEN;
  }

  /** Goes on after a watch against which nothing speaks but its end. */
  #goOn(heard: boolean, checksVersion: boolean): Plan {
    const isShort = this.#wasShort();
    if (!isShort) this.#isStuck = false;
    const delayMs = heard || !isShort ? 0 : this.#backoff.next();
    return checksVersion ? this.#checkVersion(delayMs) : this.#resume(delayMs);
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
      return this.#list(backoffMs);
    }
    if (!this.#shardsAreKnown) {
      return soon({ kind: "checkShards", version: "" }, backoffMs);
    }
    const version = this.#unavailable ? "" : this.#version;
    return this.#spaced({ kind: "watchList", version }, backoffMs ?? 0);
  }

  #list(backoffMs?: number): Plan {
    const version = this.#unavailable ? "" : this.#version || "0";
    const paged = this.#options.alwaysPaged || this.#listsComeInPages ||
      isAnyVersion(version);
    return soon({ kind: "list", version, paged }, backoffMs);
  }

  /** Resumes the watch; without a version it cannot be resumed. */
  #resume(delayMs: number): Plan {
    if (isAnyVersion(this.#version)) return this.#wholeList(delayMs);
    return this.#spaced({ kind: "watch", version: this.#version }, delayMs);
  }

  /** Resumes the watch once it is known that the server is not behind. */
  #checkVersion(delayMs: number): Plan {
    const version = this.#version;
    if (!isDecimalVersion(version)) return this.#resume(delayMs);
    return this.#spaced({ kind: "checkVersion", version }, delayMs);
  }

  #spaced(request: Request, atLeastMs: number): Plan {
    const { minBackoffMs } = this.#options;
    const spacingMs = minBackoffMs - this.#sinceWatchStart();
    const delayMs = Math.max(0, atLeastMs, spacingMs);
    const isFirst = this.#watchStartedAt === -Infinity;
    const atOnce = delayMs === 0 && (minBackoffMs > 0 || isFirst);
    return { request, delayMs, atOnce };
  }

  #backoffMs({ retryAfterMs }: FailureKind): number {
    return Math.max(this.#backoff.next(), retryAfterMs);
  }

  /** Whether the failure newly says that the version is unavailable. */
  #becomesUnavailable(request: Request, { kind }: FailureKind): boolean {
    switch (kind) {
      case "expired":
      case "too large":
        break;
      case "invalid":
        // The first list was accepted: what is new is the version.
        if (request.kind !== "list" || isAnyVersion(request.version)) {
          return false;
        }
        break;
      default:
        return false;
    }
    this.#unavailable = true;
    return request.version !== "";
  }
}

/** Sends a request after a delay; without one, at once. */
function soon(request: Request, delayMs?: number): Plan {
  return { request, delayMs: delayMs ?? 0, atOnce: delayMs === undefined };
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
