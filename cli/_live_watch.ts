/**
 * `watch --live`: draws the rows of an informer's cache as a table that is
 * updated in place, with a line below it for the state of the connection.
 *
 * Changes do not draw anything by themselves: a timer compares the frame with
 * the previous one ten times a second. This bounds the cost of many changes,
 * keeps ages up to date, and adapts to the size of the terminal.
 *
 * @module
 */

import { StartupSource } from "../watch/_startup_source.ts";
import { IndexerInformerWatcher } from "../watch/indexer_informer_watcher.ts";
import type { ListerWatcher } from "../api/types.ts";
import { INFORMER_OPTIONS, withoutManagedFields } from "./_watch_settings.ts";
import { causeText } from "./_failures.ts";
import { LiveBlock } from "./terminal/live_block.ts";
import { renderLiveFrame } from "./printers/live_frame.ts";
import { LiveTable } from "./printers/live_table.ts";
import type { Screen } from "./terminal/screen.ts";
import type { TableObject } from "./printers/table.ts";
import type { TableOptions } from "./printers/table_printer.ts";
import { counted } from "./terminal/text.ts";

/** Options for {@linkcode LiveWatch}. */
export interface LiveWatchOptions {
  /** Aborts the watch. */
  signal: AbortSignal;
  /** The terminal to draw on. */
  screen: Screen;
  /** The columns to show. */
  table: TableOptions;
  /** The plural name of the objects: `"pods"`. */
  noun: string;
  /** Checks the initial rows; an error ends the watch. */
  check: (rows: readonly TableObject[]) => Error | undefined;
}

const DRAW_EVERY_MS = 100;

/** Draws the rows of an informer's cache as a live table. */
export class LiveWatch {
  readonly #options: LiveWatchOptions;
  readonly #table: LiveTable;
  readonly #block = new LiveBlock();
  readonly #source: StartupSource<TableObject>;
  readonly #informer: IndexerInformerWatcher<TableObject>;
  readonly #ended = new AbortController();
  #state = "listing";
  #restarts = 0;
  #shown = "";
  #isWriting = false;

  /**
   * Starts an informer, which lists the rows.
   *
   * @param source The rows to list and watch.
   * @param options What to show, and where.
   */
  constructor(source: ListerWatcher<TableObject>, options: LiveWatchOptions) {
    this.#options = options;
    this.#table = new LiveTable(options.table);
    this.#source = new StartupSource({
      list: (request) => source.list(request),
      watch: async (request) => {
        const events = await source.watch(request);
        this.#state = "watching";
        return events;
      },
    }, { expectsAnswer: true });
    this.#informer = new IndexerInformerWatcher(this.#source, {
      ...INFORMER_OPTIONS,
      transform: withoutManagedFields,
      onWatchError: (error) => this.#failed(error),
    });
  }

  /**
   * Draws until the signal is aborted or the watch cannot start. The last table
   * stays on the terminal.
   *
   * @returns Why the watch has ended: the signal's reason, or the error that
   *   prevented it from starting.
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
      await this.#drawFinal();
    }
    return this.#ended.signal.reason;
  }

  async #follow(): Promise<void> {
    const rows = this.#informer.indexer.list();
    const error = this.#options.check(rows);
    if (error !== undefined) return this.#end(error);
    const now = Date.now();
    for (const row of rows) this.#table.add(row, now);
    this.#source.letWatch();
    this.#draw();
    for await (const event of this.#informer) {
      this.#table.apply(event, Date.now());
    }
  }

  #draw(): void {
    const { screen } = this.#options;
    // Skips frames while a slow terminal has not accepted the last one.
    if (this.#isWriting || this.#ended.signal.aborted) return;
    const lines = this.#frame(this.#status());
    const shown = lines.map(({ text }) => text).join("\n");
    const { size } = screen;
    const frame = `${size.columns} ${size.rows} ${shown}`;
    if (frame === this.#shown) return;
    this.#shown = frame;
    this.#isWriting = true;
    void screen.draw(this.#block.draw(lines, size)).then(() => {
      this.#isWriting = false;
    });
  }

  async #drawFinal(): Promise<void> {
    const { screen } = this.#options;
    this.#table.clearMarks();
    await screen.draw(this.#block.end(this.#frame(undefined), screen.size));
  }

  #frame(status: string | undefined) {
    const { size, drawColors } = this.#options.screen;
    return renderLiveFrame(this.#table, {
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
    if (this.#source.isPermanent(error)) return this.#end(error);
    this.#restarts++;
    this.#state = `${causeText(error)}: retrying`;
  }

  #end(reason: unknown): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort(reason);
    this.#informer.stop();
  }
}
