/**
 * How long one watch lasts: what is asked of the server, and what is enforced
 * here in case the server, or the connection to it, does not comply.
 *
 * @module
 */

import type { WatchOptions } from "../api/types.ts";

/** How long a watch lasts. */
export interface WatchLifetime {
  /** Seconds after which the server ends it; undefined for no limit. */
  readonly timeoutSeconds: number | undefined;
  /** Milliseconds after which it is ended here; `Infinity` for no limit. */
  readonly deadlineMs: number;
}

/**
 * Computes the lifetime of a watch from a caller's options.
 *
 * @param watchTimeoutMs When the server should end the watch: rounded up to
 *   whole seconds, at least one. `Infinity`: it is not asked to, and there is
 *   no deadline.
 * @param watchGraceMs How much longer the watch may stay open.
 * @returns The lifetime.
 */
export function watchLifetime(
  watchTimeoutMs: number,
  watchGraceMs: number,
): WatchLifetime {
  const seconds = Math.max(1, Math.ceil(watchTimeoutMs / 1000));
  return {
    timeoutSeconds: seconds === Infinity ? undefined : seconds,
    deadlineMs: seconds * 1000 + watchGraceMs,
  };
}

/**
 * The options of a watch with bookmarks.
 *
 * @param resourceVersion The version to start from.
 * @param lifetime How long the watch lasts.
 * @returns The options, without a member that is undefined.
 */
export function watchOptions(
  resourceVersion: string,
  { timeoutSeconds }: WatchLifetime,
): WatchOptions {
  return {
    resourceVersion,
    allowWatchBookmarks: true,
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  };
}
