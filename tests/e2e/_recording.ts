/** Records the events of a watcher as fast as they arrive. */

import type { RetryWatcher, WatchEvent } from "../../watch/mod.ts";
import { eventText } from "./_events.ts";

/** A watcher to record. */
export interface Recorded extends AsyncIterable<WatchEvent> {
  /** Stops the watcher. */
  stop(): void;
  /** Resolves when the watcher has ended. */
  readonly done: Promise<void>;
}

/** The events of a watcher, which is stopped with the recording. */
export class Recording<W extends Recorded = RetryWatcher>
  implements AsyncDisposable {
  /** The watcher. */
  readonly watcher: W;
  /** Resolves when the watcher has ended. */
  readonly ended: Promise<void>;
  /** The events so far, as text. */
  readonly texts: string[] = [];
  /**
   * Events that only mark an object for deletion, which are not acknowledged to
   * the writer.
   */
  readonly announcements = new Set<string>();
  readonly #versions = new Set<string>();
  #isOver = false;
  readonly #waiters = new Set<() => void>();

  /** Starts recording; takes ownership of the watcher. */
  constructor(watcher: W) {
    this.watcher = watcher;
    this.ended = this.#record();
  }

  /** The events whose changes were acknowledged to the writer. */
  get acknowledged(): string[] {
    return this.texts.filter((text) => !this.announcements.has(text));
  }

  /**
   * Waits for the event with a version.
   *
   * @param version The version.
   * @throws {Error} If the watcher ends first.
   */
  async reaches(version: string): Promise<void> {
    while (!this.#versions.has(version)) {
      if (this.#isOver) {
        throw new Error(
          `The watcher ended before version ${version}: last: ${
            this.texts.at(-1)
          }`,
        );
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiters.add(resolve);
      await promise;
    }
  }

  /** Stops the watcher. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.watcher.stop();
    await this.ended;
    await this.watcher.done;
  }

  async #record(): Promise<void> {
    for await (const event of this.watcher) {
      const text = eventText(event);
      this.texts.push(text);
      if (event.type !== "ERROR") this.#note(event, text);
      this.#wake();
    }
    this.#isOver = true;
    this.#wake();
  }

  #note(
    { type, object }: Exclude<WatchEvent, { type: "ERROR" }>,
    text: string,
  ): void {
    const { deletionTimestamp, resourceVersion = "" } = object.metadata ?? {};
    this.#versions.add(resourceVersion);
    if (type === "MODIFIED" && deletionTimestamp) this.announcements.add(text);
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter();
    this.#waiters.clear();
  }
}
