/**
 * Determines the initial events of a watch: all existing objects, or all
 * changes after a version. Later changes are sent as they happen.
 *
 * @module
 */

import type {
  KubernetesObject,
  WatchEvent,
  WatchOptions,
} from "../api/types.ts";
import type { FakeStore } from "./_fake_store.ts";
import { checkWatchOptions } from "./_list_options.ts";
import type { WatchListSupport } from "./server_behavior.ts";
import { parseWatchVersion } from "./_resource_versions.ts";
import { project, type Selection } from "./_selection.ts";
import { tooLargeResourceVersion, watchExpired } from "./_statuses.ts";

/**
 * The start of a watch. Objects are shared: clone them before returning them to
 * callers.
 */
export interface WatchStart<T extends KubernetesObject> {
  /** The initial events. */
  readonly events: readonly WatchEvent<T>[];
  /** The revision after which changes are sent. */
  readonly after: bigint;
}

/** Creates a bookmark of the same kind as the watched objects. */
export function bookmark(
  revision: bigint,
  type: { readonly apiVersion?: string; readonly kind?: string } | undefined,
  annotations?: { [key: string]: string },
): WatchEvent<never> {
  const metadata = {
    resourceVersion: String(revision),
    ...(annotations === undefined ? {} : { annotations }),
  };
  return { type: "BOOKMARK", object: { ...type, metadata } };
}

/**
 * Starts a watch.
 *
 * @param store The store to watch.
 * @param selection The objects to watch.
 * @param options The options of the request.
 * @param support How the server treats `sendInitialEvents`.
 * @param type The kind of the objects, for bookmarks.
 * @returns The initial events, and the revision after which changes follow.
 * @throws {StatusError} If the request is rejected, with code 410 if the
 *   version has been compacted.
 */
export function startWatch<T extends KubernetesObject>(
  store: FakeStore<T>,
  selection: Selection,
  options: WatchOptions,
  support: WatchListSupport,
  type?: { readonly apiVersion?: string; readonly kind?: string },
): WatchStart<T> {
  const completed = support === "supported" ? withDefaults(options) : options;
  if (support !== "ignored") {
    checkWatchOptions(completed, support === "supported");
  }
  const asked = parseWatchVersion(options.resourceVersion);
  const wanted = support === "ignored"
    ? undefined
    : completed.sendInitialEvents;
  if (wanted ?? asked === 0n) {
    if (asked > store.revision) {
      throw tooLargeResourceVersion(asked, store.revision);
    }
    const marked = support === "supported" && options.allowWatchBookmarks;
    return initialState(store, selection, marked ? { type } : undefined);
  }
  if (asked === 0n) return { events: [], after: store.revision };
  const changes = store.changesAfter(asked);
  if (changes === undefined) throw watchExpired(asked, store.compacted);
  const events = changes.flatMap((change) => project(change, selection) ?? []);
  return { events, after: asked };
}

/**
 * A watch without a version asks for the initial state, so that its end is marked
 * where bookmarks are allowed.
 */
function withDefaults(options: WatchOptions): WatchOptions {
  const { resourceVersion = "", resourceVersionMatch, sendInitialEvents } =
    options;
  const isComplete = resourceVersionMatch || sendInitialEvents !== undefined ||
    !["", "0"].includes(resourceVersion);
  return isComplete ? options : {
    ...options,
    resourceVersionMatch: "NotOlderThan",
    sendInitialEvents: true,
  };
}

function initialState<T extends KubernetesObject>(
  store: FakeStore<T>,
  selection: Selection,
  end: { type: Parameters<typeof bookmark>[1] } | undefined,
): WatchStart<T> {
  const events: WatchEvent<T>[] = [];
  for (const [, object] of store.entries(selection.prefix) ?? []) {
    if (selection.matches(object)) events.push({ type: "ADDED", object });
  }
  if (end !== undefined) {
    events.push(bookmark(store.revision, end.type, {
      "k8s.io/initial-events-end": "true",
    }));
  }
  return { events, after: store.revision };
}
