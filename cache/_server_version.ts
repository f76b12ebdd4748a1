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

import { failureStatus } from "../api/_failure_status.ts";
import { checkList } from "../api/_untrusted.ts";
import { compareResourceVersions } from "../api/resource_version.ts";
import { StatusError } from "../api/status_error.ts";
import type {
  KubernetesObject,
  Lister,
  ListerWatcher,
  Watcher,
} from "../api/types.ts";
import { unlessAborted } from "../internal/abort.ts";
import { startTimer } from "../internal/timer.ts";

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
    return await requestVersion(lister, signal);
  } catch {
    return undefined;
  }
}

/**
 * Asks a server for its version, as {@linkcode serverVersion}, for callers that
 * wait for the answer and report why there is none.
 *
 * @param lister Lists the objects.
 * @param signal Ends the wait.
 * @returns The version; empty if the server sent none.
 * @throws What the list fails with, an `Error` if there is no answer within
 *   {@linkcode SERVER_VERSION_TIMEOUT_MS}, or the signal's reason if it is
 *   aborted.
 */
export async function awaitServerVersion(
  lister: Lister<KubernetesObject>,
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted();
  const abort = new AbortController();
  const onAbort = () => abort.abort(signal.reason);
  const timer = startTimer(
    () => abort.abort(noAnswer()),
    SERVER_VERSION_TIMEOUT_MS,
  );
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const version = requestVersion(lister, abort.signal);
    return await unlessAborted(version, abort.signal);
  } finally {
    timer.clear();
    signal.removeEventListener("abort", onAbort);
  }
}

async function requestVersion(
  lister: Lister<KubernetesObject>,
  signal: AbortSignal,
): Promise<string> {
  // Without a version the answer is the server's newest, not a cache's.
  const list: unknown = await lister.list({ limit: 1, signal });
  return checkList(list).resourceVersion;
}

function noAnswer(): Error {
  return new Error(
    `Cannot compare the server's resource version: list() did not answer within ${SERVER_VERSION_TIMEOUT_MS} ms`,
  );
}

/**
 * The error for a server whose version is behind the one that was watched from.
 *
 * @param version The version of the server.
 * @param position The version that was watched from.
 * @returns The error: a 410, as for any version that there is no more.
 */
export function behindError(version: string, position: string): StatusError {
  return new StatusError(failureStatus({
    code: 410,
    reason: "Expired",
    message:
      `The server is at resource version ${version}, behind ${position}: it may have been restored from a backup`,
  }));
}

/**
 * Tests whether a version can be compared with others.
 *
 * @param version The version.
 * @returns Whether it is a decimal number.
 */
export function isDecimalVersion(version: string): boolean {
  return order(version, version) !== undefined;
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
  return order(version, other) === -1;
}

function order(version: string, other: string): -1 | 0 | 1 | undefined {
  try {
    return compareResourceVersions(version, other);
  } catch {
    return undefined;
  }
}
