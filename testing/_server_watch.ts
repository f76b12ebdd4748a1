/**
 * One watch that a server has open: its events, its bookmarks, its end. The
 * bookmarks come as a kube-apiserver's: at intervals, and two seconds before
 * the time that the watch was asked to last is over.
 *
 * @module
 */

import { startTimer, type Timer } from "../internal/timer.ts";
import { StatusError } from "../api/status_error.ts";
import type { WatchEvent } from "../api/types.ts";
import { type Entry, EventQueue } from "./_event_queue.ts";
import type { Change, FakeStore } from "./_fake_store.ts";
import { META_VERSION, represent } from "./_representation.ts";
import { apiVersionOf } from "./_resources.ts";
import type { WatchRequest } from "./_router.ts";
import { project } from "./_selection.ts";
import { bookmark, startWatch, type WatchStart } from "./_watch_start.ts";
import type { WatchExpiry, WatchListSupport } from "./server_behavior.ts";
import type { StoredObject } from "./stored_object.ts";

/** How long before its end a watch gets its last bookmark. */
const LAST_BOOKMARK_MS = 2000;

/** An event, or bytes to be sent as they are. */
type Outgoing = WatchEvent<StoredObject> | { readonly raw: Uint8Array };

/** What a watch needs of its server. */
export interface ServerWatchOptions {
  /** What is watched. */
  readonly store: FakeStore<StoredObject>;
  /** What it is asked for. */
  readonly request: WatchRequest;
  /** What the server does with `sendInitialEvents`. */
  readonly watchList: WatchListSupport;
  /** How it tells of an expired version. */
  readonly expiry: WatchExpiry;
  /** Time between bookmarks; `Infinity` for none. */
  readonly bookmarkIntervalMs: number;
  /** Called once, when it is no longer open. */
  readonly onClosed: (watch: ServerWatch) => void;
}

/** An open watch. */
export class ServerWatch {
  readonly #queue = new EventQueue<Outgoing>();
  readonly #options: ServerWatchOptions;
  #after = 0n;
  #deadline = Infinity;
  #timeout: Timer | undefined;
  #nextBookmark: Timer | undefined;
  #closed = false;

  constructor(options: ServerWatchOptions) {
    this.#options = options;
  }

  /** Whether it is over. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Opens it; throws a `StatusError` where it is refused. */
  begin(): void {
    const { request, bookmarkIntervalMs } = this.#options;
    const { timeoutSeconds = 0, allowWatchBookmarks } = request.options;
    const { events, after } = this.#start();
    this.#after = after;
    for (const event of events) this.#queue.push(event);
    // A server tells of an expired version and hangs up.
    if (events[0]?.type === "ERROR") return this.end();
    const lastsMs = timeoutSeconds > 0 ? timeoutSeconds * 1000 : Infinity;
    this.#deadline = Date.now() + lastsMs;
    this.#timeout = startTimer(() => this.end(), lastsMs);
    if (allowWatchBookmarks) this.#scheduleBookmark(bookmarkIntervalMs);
  }

  /** Tells it of a change. */
  changed(change: Change<StoredObject>): void {
    if (change.revision <= this.#after) return;
    const event = project(change, this.#options.request.selection);
    if (event !== undefined) this.#queue.push(event);
  }

  /** Sends a bookmark of the current version, if it wants any. */
  bookmark(): void {
    const { store, request } = this.#options;
    if (!request.options.allowWatchBookmarks) return;
    this.#queue.push(bookmark(store.revision, this.#type()));
  }

  /** Sends an event as it is. */
  send(event: WatchEvent<StoredObject>): void {
    this.#queue.push(event);
  }

  /** Sends bytes as they are. */
  sendRaw(raw: Uint8Array): void {
    this.#queue.push({ raw });
  }

  /** Sends nothing any more and stays open, past any timeout. */
  stall(): void {
    this.#queue.stall();
    this.#clearTimers();
  }

  /** Ends it after what was sent before. */
  end(): void {
    this.#queue.end();
    this.close();
  }

  /** Breaks its connection: what was not read yet is lost. */
  break(error: unknown): void {
    this.#queue.break(error);
    this.close();
  }

  /** The client is gone, or the end has been sent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#clearTimers();
    this.#options.onClosed(this);
  }

  /** The next bytes of the body. One call at a time. */
  async next(): Promise<Entry<Uint8Array>> {
    const entry = await this.#queue.next();
    if (entry.type !== "event") return entry;
    return { type: "event", event: this.#encode(entry.event) };
  }

  /** The first events; an expired version may be one of them. */
  #start(): WatchStart<StoredObject> {
    const { store, request, watchList, expiry } = this.#options;
    const { selection, options } = request;
    try {
      return startWatch(store, selection, options, watchList, this.#type());
    } catch (error) {
      const expired = error instanceof StatusError && error.code === 410;
      if (!expired || expiry === "answer") throw error;
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
    const { type, object } = outgoing;
    const json = type === "ERROR"
      ? JSON.stringify(object)
      : jsonOf(represent(object, this.#options.request.representation));
    return encoder.encode(`{"type":"${type}","object":${json}}\n`);
  }

  #type() {
    const { info, representation } = this.#options.request;
    return representation === "metadata"
      ? { kind: "PartialObjectMetadata", apiVersion: META_VERSION }
      : { kind: info.kind, apiVersion: apiVersionOf(info) };
  }

  #scheduleBookmark(intervalMs: number): void {
    const now = Date.now();
    const at = Math.min(now + intervalMs, this.#deadline - LAST_BOOKMARK_MS);
    if (at <= now) return;
    this.#nextBookmark = startTimer(() => {
      this.bookmark();
      this.#scheduleBookmark(intervalMs);
    }, at - now);
  }
}

const encoder = new TextEncoder();
const texts = new WeakMap<object, string>();

/** The JSON of a stored object, made once for all the watches it goes to. */
function jsonOf(object: object): string {
  const known = texts.get(object);
  if (known !== undefined) return known;
  const text = JSON.stringify(object);
  texts.set(object, text);
  return text;
}
