/**
 * Formats the age of an object as `kubectl` does.
 *
 * @module
 */

import { shortDuration } from "../../internal/short_duration.ts";

export { shortDuration };

/**
 * Formats the age of an object.
 *
 * @param createdAt The `creationTimestamp` of the object.
 * @param now The current time, as of `Date.now()`.
 * @returns The age; `"<unknown>"` if the timestamp is missing or invalid.
 */
export function age(
  createdAt: string | Date | undefined,
  now: number,
): string {
  const created = createdAt === undefined ? NaN : new Date(createdAt).getTime();
  return Number.isNaN(created) ? "<unknown>" : shortDuration(now - created);
}
