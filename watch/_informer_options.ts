/**
 * Validation of an informer's options, before anything is started.
 *
 * @module
 */

import { checkDurations } from "../internal/durations.ts";
import { checkPageSize } from "../cache/_pages.ts";

/** The numeric options of an informer; see `InformerOptions`. */
export interface InformerNumbers {
  /** A duration. */
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
 * Throws if a numeric option is out of range.
 *
 * @param options The caller's options.
 * @throws {RangeError} If a duration is negative or NaN, or if `pageSize` is
 *   not a non-negative integer.
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
