/**
 * What an operator wants to see of watchers and waits, as one small interface.
 *
 * @module
 */

import type { WatchEvent, WatchOptions } from "../api/types.ts";

/** A restart of a watch; see `onRestart` of `RetryWatcherOptions`. */
export interface WatchRestart {
  /**
   * Why the watch ended; undefined if the server ended it normally. One that
   * ended normally, but without an event or bookmark and sooner than
   * `minRestartDelayMs` after its start, has an
   * `Error` that says so.
   */
  cause: unknown;
  /** The resource version that the next watch starts from. */
  resourceVersion: string;
  /**
   * Milliseconds until the next watch starts, or until the server is first
   * asked for its version.
   */
  delayMs: number;
  /** The number of restarts since the last event or bookmark, from 1. */
  attempt: number;
}

/**
 * Observes a `RetryWatcher`, an informer or a wait: the option `observer`. Each
 * member may be left out. `onRestart` and `onWatchError` of the options are the
 * same for one of these alone. What an observer throws is written to the console
 * and otherwise ignored.
 *
 * `otelObserver` of `@watchtools/kube/otel` turns what it sees into metrics and
 * spans of OpenTelemetry.
 *
 * @example Count lists and events
 * ```ts
 * import {
 *   IndexerInformerWatcher,
 *   type WatchObserver,
 * } from "@watchtools/kube";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * let items = 0;
 * const observer: WatchObserver = {
 *   listStarted: () => ({
 *     ended: (outcome) => items += outcome.items ?? 0,
 *   }),
 * };
 * const server = new FakeListerWatcher({
 *   objects: [{ metadata: { name: "a" } }, { metadata: { name: "b" } }],
 * });
 * await using informer = new IndexerInformerWatcher(server, {
 *   watchList: false,
 *   observer,
 * });
 * await informer.controller.synced;
 * assertEquals(items, 2);
 * ```
 */
export interface WatchObserver {
  /** A `RetryWatcher` has decided to restart its watch. */
  onRestart?: ((restart: WatchRestart) => void) | undefined;
  /** A list or a watch of an informer has failed. */
  onWatchError?: ((error: unknown) => void) | undefined;
  /** A list, or a page of one, is requested; returns what sees its end. */
  listStarted?: (() => ListObserver) | undefined;
  /**
   * A watch is requested, with these options; returns what sees its events and
   * its end.
   */
  watchStarted?: ((options: WatchOptions) => StreamObserver) | undefined;
  /** A wait begins; returns what sees its end. */
  waitStarted?: (() => WaitObserver) | undefined;
  /** An informer holds this many events that its consumer has not read. */
  onBuffered?: ((events: number) => void) | undefined;
}

/** Sees the end of a list. */
export interface ListObserver {
  /** The list has been read, or has failed. */
  ended(outcome: ListOutcome): void;
}

/** How a list has ended. */
export interface ListOutcome {
  /** The number of items; undefined if it has failed. */
  items?: number | undefined;
  /** The resource version of the list. */
  resourceVersion?: string | undefined;
  /** Why it has failed. */
  error?: unknown;
}

/** Sees the events and the end of a watch. */
export interface StreamObserver {
  /** An event is about to be delivered. */
  event?: ((event: WatchEvent) => void) | undefined;
  /**
   * The watch has ended; with why, unless the server has ended it. One that the
   * program has stopped ends with the reason of that.
   */
  ended(error: unknown): void;
}

/** Sees the end of a wait. */
export interface WaitObserver {
  /** The wait is over; with why, if it has failed. */
  ended(error: unknown): void;
}
