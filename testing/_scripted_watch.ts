/**
 * An open watch of a `FakeListerWatcher`: a queue of the events that it still
 * has to send, and the stream that the consumer reads.
 *
 * @module
 */

import { pullStream } from "../internal/pull_stream.ts";
import type { KubernetesObject, WatchEvent } from "../api/types.ts";
import { EventQueue } from "./_event_queue.ts";
import type { Change } from "./_fake_store.ts";
import type { Failure } from "./_scripted_call.ts";
import { project, type Selection } from "./_selection.ts";

/** Options for {@linkcode ScriptedWatch}. */
export interface ScriptedWatchOptions<T extends KubernetesObject> {
  /** The objects to watch. */
  readonly selection: Selection;
  /** The revision after which changes are sent. */
  readonly after: bigint;
  /** Whether bookmarks were requested. */
  readonly bookmarks: boolean;
  /** When the watch ends by itself, if it does. */
  readonly close: CloseAfter | undefined;
  /** Called when the watch is no longer open, possibly more than once. */
  readonly onClosed: (watch: ScriptedWatch<T>) => void;
}

/** When and how a watch ends by itself. */
export interface CloseAfter {
  /** The number of events after which it ends. */
  readonly afterEvents: number;
  /** The error of the stream; if undefined, it ends cleanly. */
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

  /** Sends the initial events. */
  begin(events: readonly WatchEvent<T>[]): void {
    this.#closeIfDue();
    for (const event of events) this.send(event);
  }

  /** Whether bookmarks were requested. */
  get bookmarks(): boolean {
    return this.#options.bookmarks;
  }

  /** Sends the event for a change, if the change is selected. */
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

  /** Ends the watch after the events sent so far. */
  end(failure?: Failure): void {
    this.#queue.end(failure);
    this.#options.onClosed(this);
  }

  /** Stops delivering events but stays open. */
  stall(): void {
    this.#queue.stall();
  }

  /** Returns the stream that the consumer reads. Must be called only once. */
  stream(signal: AbortSignal | undefined): ReadableStream<WatchEvent<T>> {
    let finished = false;
    const finish = () => {
      finished = true;
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
        if (finished) return;
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
