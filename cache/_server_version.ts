/**
 * Whether a server still has the versions that a watch has seen.
 *
 * A cluster that is restored from a backup, or whose etcd is made anew, counts
 * from a lower version on. A kube-apiserver answers a watch from a version that
 * it has not reached with 200 and then nothing, not even bookmarks, until its
 * versions have grown past it: everything up to there would be missed. A watch
 * cannot notice that, but a list can, since it says at which version the server
 * is.
 *
 * @module
 */

import { checkList } from "../api/_untrusted.ts";
import { compareResourceVersions } from "../api/resource_version.ts";
import type {
  KubernetesObject,
  Lister,
  ListerWatcher,
  Watcher,
} from "../api/types.ts";

/** How long the answer to the question for the version is waited for. */
export const SERVER_VERSION_TIMEOUT_MS = 10_000;

/**
 * What to ask for the version of the server that a watcher watches.
 *
 * @typeParam T Type of the objects.
 * @param watcher The watcher.
 * @returns The watcher itself if it can list as well; undefined if not.
 */
export function listerOf<T extends KubernetesObject>(
  watcher: Watcher<T>,
): Lister<T> | undefined {
  return canList(watcher) ? watcher : undefined;
}

function canList<T extends KubernetesObject>(
  watcher: Watcher<T>,
): watcher is ListerWatcher<T> {
  return "list" in watcher && typeof watcher.list === "function";
}

/**
 * Asks a server for its version, with the smallest list that there is. Never
 * rejects: where the question fails, the watch goes on and meets the same
 * failure, which it reports.
 *
 * @param lister Lists the objects.
 * @param signal Aborts the request. It may be ignored: the caller must not wait
 *   longer than {@linkcode SERVER_VERSION_TIMEOUT_MS}.
 * @returns The version; undefined if there was no answer that says so.
 */
export async function serverVersion(
  lister: Lister<KubernetesObject>,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    // Without a version the answer is the server's newest, not a cache's.
    const list: unknown = await lister.list({ limit: 1, signal });
    return checkList(list).resourceVersion;
  } catch {
    return undefined;
  }
}

/**
 * Tests whether a version is older than another.
 *
 * @param version The version.
 * @param other The other one.
 * @returns Whether it is; false where one is not a decimal number, since
 *   nothing is known of their order then.
 */
export function isOlderVersion(version: string, other: string): boolean {
  try {
    return compareResourceVersions(version, other) < 0;
  } catch {
    return false;
  }
}
