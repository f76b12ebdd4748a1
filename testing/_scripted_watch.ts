/**
 * One open watch of a `FakeListerWatcher`: a queue of what it has still to
 * send, and the stream that a consumer reads it from.
 *
 * @module
 */

import { pullStream } from "../internal/pull_stream.ts";
import type { KubernetesObject, WatchEvent } from "../api/types.ts";
import { EventQueue } from "./_event_queue.ts";
import type { Change } from "./_fake_store.ts";
import type { Failure } from "./_scripted_call.ts";
import { project, type Selection } from "./_selection.ts";

/** What a watch is about, and what becomes of it. */
export interface ScriptedWatchOptions<T extends KubernetesObject> {
  /** Which objects. */
  readonly selection: Selection;
  /** Only changes after this revision are news. */
  readonly after: bigint;
  /** Whether it wants bookmarks. */
  readonly bookmarks: boolean;
  /** Ends it by itself after so many events. */
  readonly close: CloseAfter | undefined;
  /** Called when it is no longer open; perhaps more than once. */
  readonly onClosed: (watch: ScriptedWatch<T>) => void;
}

/** An end that comes by itself. */
export interface CloseAfter {
  /** After how many events. */
  readonly afterEvents: number;
  /** What the stream errors with; a clean end without. */
  readonly failure: Failure | undefined;
}

/** An open watch. */
export class ScriptedWatch<T extends KubernetesObject> {
  readonly #queue = new EventQueue<WatchEvent<T>>();
  readonly #options: ScriptedWatchOptions<T>;
  #sent = 0;

  constructor(options: ScriptedWatchOptions<T>) {
    this.#options = options;
  }

  /** Sends what it begins with. */
  begin(events: readonly WatchEvent<T>[]): void {
    this.#closeIfDue();
    for (const event of events) this.send(event);
  }

  /** Whether it wants bookmarks. */
  get bookmarks(): boolean {
    return this.#options.bookmarks;
  }

  /** Tells it of a change. */
  changed(change: Change<T>): void {
    if (change.revision <= this.#options.after) return;
    const event = project(change, this.#options.selection);
    if (event !== undefined) this.send(event);
  }

  /** Sends an event. */
  send(event: WatchEvent<T>): void {
    this.#queue.push(event);
    this.#sent++;
    this.#closeIfDue();
  }

  /** Ends it after what was sent before. */
  end(failure?: Failure): void {
    this.#queue.end(failure);
    this.#options.onClosed(this);
  }

  /** Sends nothing any more and stays open. */
  stall(): void {
    this.#queue.stall();
  }

  /** What the consumer reads. To be called once. */
  stream(signal: AbortSignal | undefined): ReadableStream<WatchEvent<T>> {
    let over = false;
    const finish = () => {
      over = true;
      signal?.removeEventListener("abort", onAbort);
      this.#options.onClosed(this);
    };
    const onAbort = () => {
      finish();
      controller.error(signal?.reason);
    };
    const { stream, controller } = pullStream<WatchEvent<T>>({
      pull: async (): Promise<void> => {
        const entry = await this.#queue.next();
        if (over) return;
        if (entry.type === "event") {
          return controller.enqueue(structuredClone(entry.event));
        }
        finish();
        if (entry.type === "end") controller.close();
        else controller.error(entry.error);
      },
      cancel: finish,
    });
    signal?.addEventListener("abort", onAbort, { once: true });
    return stream;
  }

  #closeIfDue(): void {
    const { close } = this.#options;
    if (close !== undefined && this.#sent >= close.afterEvents) {
      this.end(close.failure);
    }
  }
}
