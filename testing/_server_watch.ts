/**
 * An open watch of a fake server: its events, bookmarks and end. Like a
 * kube-apiserver, it sends bookmarks at intervals and two seconds before the
 * requested timeout.
 *
 * @module
 */

import { startTimer, type Timer } from "../internal/timer.ts";
import { StatusError } from "../api/status_error.ts";
import type { WatchEvent } from "../api/types.ts";
import { type Entry, EventQueue } from "./_event_queue.ts";
import type { Change, FakeStore } from "./_fake_store.ts";
import { lineOf } from "./_event_lines.ts";
import { META_VERSION } from "./_representation.ts";
import { apiVersionOf, resourceKey } from "./_resource_info.ts";
import type { WatchRequest } from "./_api_request.ts";
import { project } from "./_selection.ts";
import { bookmark, startWatch, type WatchStart } from "./_watch_start.ts";
import type { WatchExpiry, WatchListSupport } from "./server_behavior.ts";
import type { StoredObject } from "./stored_object.ts";

/** How long before the end of a watch its last bookmark is sent. */
const LAST_BOOKMARK_MS = 2000;

/** An event, or raw bytes. */
type Outgoing = WatchEvent<StoredObject> | { readonly raw: Uint8Array };

/** Options for {@linkcode ServerWatch}. */
export interface ServerWatchOptions {
  /** The store to watch. */
  readonly store: FakeStore<StoredObject>;
  /** The request. */
  readonly request: WatchRequest;
  /** How the server treats `sendInitialEvents`. */
  readonly watchList: WatchListSupport;
  /** How the server reports an expired version. */
  readonly expiry: WatchExpiry;
  /** Time between bookmarks; `Infinity` for no bookmarks. */
  readonly bookmarkIntervalMs: number;
  /** Called once, when the watch is no longer open. */
  readonly onClosed: (watch: ServerWatch) => void;
}

/** An open watch. */
export class ServerWatch {
  readonly #queue = new EventQueue<Outgoing>();
  readonly #options: ServerWatchOptions;
  #after = 0n;
  #known = 0n;
  #deadline = Infinity;
  #timeout: Timer | undefined;
  #nextBookmark: Timer | undefined;
  #closed = false;
  #hasSent = false;

  constructor(options: ServerWatchOptions) {
    this.#options = options;
  }

  /** The resource that is watched: `apps/deployments`. */
  get key(): string {
    return resourceKey(this.#options.request.info);
  }

  /** Whether the watch has been closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Opens the watch. Throws a `StatusError` if the request is rejected. */
  begin(): void {
    const { store, request, bookmarkIntervalMs } = this.#options;
    const { timeoutSeconds = 0, allowWatchBookmarks } = request.options;
    const { events, after } = this.#start();
    this.#after = after;
    this.#known = after > store.revision ? after : store.revision;
    for (const event of events) this.#queue.push(event);
    // A server reports an expired version and closes the connection.
    if (events[0]?.type === "ERROR") return this.end();
    // So a server does with a watch for which lists were accepted.
    if (request.representation === "metadataList") {
      this.#queue.stall();
      return this.end();
    }
    const lastsMs = timeoutSeconds > 0 ? timeoutSeconds * 1000 : Infinity;
    this.#deadline = Date.now() + lastsMs;
    this.#timeout = startTimer(() => this.end(), lastsMs);
    if (allowWatchBookmarks) this.#scheduleBookmark(bookmarkIntervalMs);
  }

  /** Sends the event for a change, if the change is selected. */
  changed(change: Change<StoredObject>): void {
    if (change.revision <= this.#after) return;
    const event = project(change, this.#options.request.selection);
    if (event !== undefined) this.#queue.push(event);
  }

  /** Sends a bookmark with the current version, if bookmarks were requested. */
  bookmark(): void {
    const { store, request } = this.#options;
    if (!request.options.allowWatchBookmarks) return;
    // A kube-apiserver is silent until it has reached the watch's version.
    if (store.revision < this.#after) return;
    this.#queue.push(bookmark(store.revision, this.#type()));
  }

  /** Sends an event. */
  send(event: WatchEvent<StoredObject>): void {
    this.#queue.push(event);
  }

  /** Sends raw bytes. */
  sendRaw(raw: Uint8Array): void {
    this.#queue.push({ raw });
  }

  /** Stops delivering events but stays open, even past the timeout. */
  stall(): void {
    this.#queue.stall();
    this.#clearTimers();
  }

  /** Ends the watch after the events sent so far. */
  end(): void {
    this.#queue.end();
    this.close();
  }

  /** Breaks the connection: events that have not been read are lost. */
  break(error: unknown): void {
    this.#queue.break(error);
    this.close();
  }

  /**
   * Closes the watch because the client has disconnected or the end has been
   * sent.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#clearTimers();
    this.#options.onClosed(this);
  }

  /**
   * Returns the next bytes of the body. Must not be called again before it
   * resolves.
   */
  async next(): Promise<Entry<Uint8Array>> {
    const entry = await this.#queue.next();
    if (entry.type !== "event") return entry;
    return { type: "event", event: this.#encode(entry.event) };
  }

  /** Returns the initial events, or an ERROR event for an expired version. */
  #start(): WatchStart<StoredObject> {
    const { store, request, watchList, expiry } = this.#options;
    const { selection, options } = request;
    try {
      return startWatch(store, selection, options, watchList, this.#type());
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      const isReported = error.code === 504 ||
        error.code === 410 && expiry === "event";
      if (!isReported) throw error;
      const event = { type: "ERROR" as const, object: error.status };
      return { events: [event], after: store.revision };
    }
  }

  #clearTimers(): void {
    this.#timeout?.clear();
    this.#nextBookmark?.clear();
  }

  #encode(outgoing: Outgoing): Uint8Array {
    if ("raw" in outgoing) return outgoing.raw;
    const isFirst = !this.#hasSent;
    this.#hasSent = true;
    return lineOf(outgoing, this.#options.request, isFirst);
  }

  #type() {
    const { info, representation } = this.#options.request;
    return representation === "metadata" || representation === "metadataList"
      ? { kind: "PartialObjectMetadata", apiVersion: META_VERSION }
      : { kind: info.kind, apiVersion: apiVersionOf(info) };
  }

  #scheduleBookmark(intervalMs: number): void {
    const now = Date.now();
    const at = Math.min(now + intervalMs, this.#deadline - LAST_BOOKMARK_MS);
    if (at <= now) return;
    this.#nextBookmark = startTimer(() => {
      // There is none until something has changed, and so for a watch from a
      // version in the future.
      if (this.#options.store.revision > this.#known) this.bookmark();
      this.#scheduleBookmark(intervalMs);
    }, at - now);
  }
}
