/** What a watcher delivers, read as fast as it comes, and kept. */

import type { RetryWatcher, WatchEvent } from "../../watch/mod.ts";
import { eventText } from "./_events.ts";

/** What can be recorded. */
export interface Recorded extends AsyncIterable<WatchEvent> {
  /** Asks it to end. */
  stop(): void;
  /** Resolves when it has ended. */
  readonly done: Promise<void>;
}

/** The events of one watcher, which ends with it. */
export class Recording<W extends Recorded = RetryWatcher>
  implements AsyncDisposable {
  /** The watcher. */
  readonly watcher: W;
  /** Resolves when the watcher has ended. */
  readonly ended: Promise<void>;
  /** The events so far, as text. */
  readonly texts: string[] = [];
  /** Those that only announce a deletion, of which the writer hears nothing. */
  readonly announcements = new Set<string>();
  readonly #versions = new Set<string>();
  #isOver = false;
  readonly #waiters = new Set<() => void>();

  /** Takes the watcher over. */
  constructor(watcher: W) {
    this.watcher = watcher;
    this.ended = this.#record();
  }

  /** The events that the writer of the changes was told of as well. */
  get acknowledged(): string[] {
    return this.texts.filter((text) => !this.announcements.has(text));
  }

  /**
   * Waits for the event of a version.
   *
   * @param version The version.
   * @throws {Error} If the watcher ends without it.
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
