/**
 * How the commands list and watch.
 *
 * @module
 */

import { ConnectionError } from "../api/connection_error.ts";
import type { KubernetesObject, Lister } from "../api/types.ts";
import {
  listAll,
  type ListAllOptions,
  type WholeList,
} from "../cache/_list_all.ts";
import { DEFAULT_PAGE_SIZE } from "../cache/_pages.ts";
import type { InformerOptions } from "../watch/indexer_informer_watcher.ts";

/**
 * How the commands use an informer. A LIST tells a refusal from a server that
 * merely knows no WatchList; and a connection that has died silently costs no
 * more than half a minute.
 */
export const INFORMER_OPTIONS = {
  watchList: false,
  pageSize: DEFAULT_PAGE_SIZE,
  watchTimeoutMs: 20_000,
  watchGraceMs: 10_000,
} as const satisfies InformerOptions;

/**
 * Lists everything once, without watching it. A server that cannot be reached
 * is reported at once, not after ten tries: its address may be wrong.
 *
 * @typeParam T Type of the objects.
 * @param lister What is asked.
 * @param options What ends it, and what is called before another try.
 * @returns The objects, and their version.
 * @throws {ConnectionError} If the server cannot be reached.
 * @throws {StatusError} If the list is refused.
 * @throws The signal's reason.
 */
export function listOnce<T extends KubernetesObject>(
  lister: Lister<T>,
  { signal, onRetry }: Pick<ListAllOptions, "signal" | "onRetry">,
): Promise<WholeList<T>> {
  return listAll(lister, {
    signal,
    onRetry(error) {
      if (error instanceof ConnectionError) throw error;
      onRetry(error);
    },
  });
}

/**
 * Drops what only says who wrote which field: often half of an object.
 *
 * @typeParam T Type of the object.
 * @param object The object.
 * @returns The same object.
 */
export function withoutManagedFields<T extends KubernetesObject>(
  object: T,
): T {
  delete object.metadata?.managedFields;
  return object;
}
