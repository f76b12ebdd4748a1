/**
 * `watch --live`: the rows of an informer's cache as a table that is drawn
 * again in place, with a line below it that says how the connection is.
 *
 * Nothing is drawn because something has changed: a clock looks ten times a
 * second whether the picture is another one. So a storm of changes costs no
 * more than that, ages go on, and a terminal of another size is noticed.
 *
 * @module
 */

import { IndexerInformerWatcher } from "../watch/indexer_informer_watcher.ts";
import type { ListerWatcher } from "../api/types.ts";
import {
  Beginning,
  INFORMER_OPTIONS,
  withoutManagedFields,
} from "./_startup_source.ts";
import { causeText } from "./_failures.ts";
import { LiveBlock } from "./terminal/live_block.ts";
import { livePicture } from "./printers/live_frame.ts";
import { LiveTable } from "./printers/live_table.ts";
import type { Screen } from "./terminal/screen.ts";
import type { TableObject } from "./printers/table.ts";
import type { TableOptions } from "./printers/table_printer.ts";
import { counted } from "./terminal/text.ts";

/** What a live table shows, and where. */
export interface LiveWatchOptions {
  /** Ends it. */
  signal: AbortSignal;
  /** Where it is drawn. */
  screen: Screen;
  /** What is shown of each row. */
  table: TableOptions;
  /** What the rows are called: `"pods"`. */
  noun: string;
  /** What is wrong with what is there at first, if anything. */
  check: (rows: readonly TableObject[]) => Error | undefined;
}

const DRAW_EVERY_MS = 100;

/** Draws the rows of a cache. */
export class LiveWatch {
  readonly #options: LiveWatchOptions;
  readonly #table: LiveTable;
  readonly #block = new LiveBlock();
  readonly #source: Beginning<TableObject>;
  readonly #informer: IndexerInformerWatcher<TableObject>;
  readonly #ended = new AbortController();
  #state = "listing";
  #restarts = 0;
  #shown = "";
  #isWriting = false;

  /**
   * Begins to list.
   *
   * @param source What is watched.
   * @param options What is shown, and where.
   */
  constructor(source: ListerWatcher<TableObject>, options: LiveWatchOptions) {
    this.#options = options;
    this.#table = new LiveTable(options.table);
    this.#source = new Beginning({
      list: (request) => source.list(request),
      watch: async (request) => {
        const events = await source.watch(request);
        this.#state = "watching";
        return events;
      },
    });
    this.#informer = new IndexerInformerWatcher(this.#source, {
      ...INFORMER_OPTIONS,
      transform: withoutManagedFields,
      onWatchError: (error) => this.#failed(error),
    });
  }

  /**
   * Draws until the signal is aborted, or it cannot begin. The last table is
   * left standing.
   *
   * @returns Why it has ended: the signal's reason, or what it could not begin
   *   with.
   */
  async run(): Promise<unknown> {
    const { signal } = this.#options;
    await using informer = this.#informer;
    const onAbort = () => this.#end(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    const clock = setInterval(() => this.#draw(), DRAW_EVERY_MS);
    try {
      if (await informer.controller.synced) await this.#follow();
    } finally {
      clearInterval(clock);
      signal.removeEventListener("abort", onAbort);
      await this.#leaveStanding();
    }
    return this.#ended.signal.reason;
  }

  async #follow(): Promise<void> {
    const rows = this.#informer.indexer.list();
    const error = this.#options.check(rows);
    if (error !== undefined) return this.#end(error);
    const now = Date.now();
    for (const row of rows) this.#table.begin(row, now);
    this.#source.listed();
    this.#draw();
    for await (const event of this.#informer) {
      this.#table.change(event, Date.now());
    }
  }

  #draw(): void {
    const { screen } = this.#options;
    // A terminal that is slow is not given more than it can take.
    if (this.#isWriting || this.#ended.signal.aborted) return;
    const lines = this.#picture(this.#status());
    const shown = lines.map(({ text }) => text).join("\n");
    const { size } = screen;
    const picture = `${size.columns} ${size.rows} ${shown}`;
    if (picture === this.#shown) return;
    this.#shown = picture;
    this.#isWriting = true;
    void screen.draw(this.#block.draw(lines, size)).then(() => {
      this.#isWriting = false;
    });
  }

  async #leaveStanding(): Promise<void> {
    const { screen } = this.#options;
    this.#table.settle();
    await screen.draw(this.#block.end(this.#picture(undefined), screen.size));
  }

  #picture(status: string | undefined) {
    const { size, drawColors } = this.#options.screen;
    return livePicture(this.#table, {
      size,
      colors: drawColors,
      now: Date.now(),
      status,
    });
  }

  #status(): string {
    const { noun } = this.#options;
    const parts = [`${noun}: ${this.#table.size}`, this.#state];
    if (this.#restarts > 0) parts.push(counted(this.#restarts, "restart"));
    return parts.join(" · ");
  }

  #failed(error: unknown): void {
    if (this.#source.isFinal(error)) return this.#end(error);
    this.#restarts++;
    this.#state = `${causeText(error)}: retrying`;
  }

  #end(reason: unknown): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort(reason);
    this.#informer.stop();
  }
}
