/**
 * The checks that an informer's options go through before anything is started.
 *
 * @module
 */

import { checkDurations } from "../internal/durations.ts";
import { checkPageSize } from "../cache/_pages.ts";

/** The numbers among the options of an informer. */
export interface InformerNumbers {
  /** See `InformerOptions`; and so are the others. */
  resyncPeriodMs?: number | undefined;
  /** A duration. */
  watchTimeoutMs?: number | undefined;
  /** A duration. */
  watchGraceMs?: number | undefined;
  /** A duration. */
  idleTimeoutMs?: number | undefined;
  /** A duration. */
  minBackoffMs?: number | undefined;
  /** A duration. */
  maxBackoffMs?: number | undefined;
  /** A number of items. */
  pageSize?: number | undefined;
}

/**
 * Refuses durations and numbers that are none.
 *
 * @param options The options given.
 * @throws {RangeError} If a duration or `pageSize` is negative or NaN.
 */
export function checkInformerOptions({
  resyncPeriodMs,
  watchTimeoutMs,
  watchGraceMs,
  idleTimeoutMs,
  minBackoffMs,
  maxBackoffMs,
  pageSize,
}: InformerNumbers): void {
  checkDurations({
    resyncPeriodMs,
    watchTimeoutMs,
    watchGraceMs,
    idleTimeoutMs,
    minBackoffMs,
    maxBackoffMs,
  });
  checkPageSize(pageSize);
}
