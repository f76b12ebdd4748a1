/**
 * How long an object has been there, as `kubectl` shows ages.
 *
 * @module
 */

import { shortDuration } from "../../internal/short_duration.ts";

export { shortDuration };

/**
 * The age of an object.
 *
 * @param createdAt Its `creationTimestamp`.
 * @param now The time, by `Date.now()`.
 * @returns Its age; `"<unknown>"` where the timestamp is none.
 */
export function age(
  createdAt: string | Date | undefined,
  now: number,
): string {
  const created = createdAt === undefined ? NaN : new Date(createdAt).getTime();
  return Number.isNaN(created) ? "<unknown>" : shortDuration(now - created);
}
