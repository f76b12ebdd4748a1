/**
 * The end of the initial events of a WatchList.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";

/** The annotation of the bookmark after the initial events. */
export const INITIAL_EVENTS_END = "k8s.io/initial-events-end";

/**
 * Whether a bookmark is the one after the initial events of a watch.
 *
 * @param bookmark The object of the bookmark.
 * @returns Whether it is.
 */
export function endsInitialEvents(bookmark: unknown): boolean {
  const metadata = isRecord(bookmark) ? bookmark.metadata : undefined;
  const annotations = isRecord(metadata) ? metadata.annotations : undefined;
  return isRecord(annotations) && annotations[INITIAL_EVENTS_END] === "true";
}
