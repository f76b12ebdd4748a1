/**
 * Who writes what where, so that the one line that moves and the lines that
 * stay never mix. Results go to stdout, everything else to stderr.
 *
 * On a terminal, one line at the bottom of stderr is drawn again and again in
 * place; before anything else is written it is wiped, and it comes back below.
 * Drawing is left to a timer: however often the state changes, the terminal
 * sees at most ten lines a second. Elsewhere, what the line would say becomes
 * a line of its own when it has changed, at most once a second.
 *
 * @module
 */

import type { CliIo, CliOutput } from "./io.ts";
import type { TerminalSize } from "./live_block.ts";
import { truncate } from "./text.ts";

/** What the line that moves says. */
export interface StatusLine {
  /** In front: time, say. On a terminal only. */
  readonly lead: string;
  /** What there is to say; empty for nothing. */
  readonly text: string;
  /** Behind. On a terminal only. */
  readonly trail: string;
}

/** Colours a text. */
export type Paint = (text: string) => string;

/** The colours that are used. */
export type Colors = Readonly<
  Record<"dim" | "red" | "green" | "yellow" | "strikethrough", Paint>
>;

const plain: Paint = (text) => text;
const PLAIN: Colors = {
  dim: plain,
  red: plain,
  green: plain,
  yellow: plain,
  strikethrough: plain,
};

/** Where a terminal does not tell its height. */
const DEFAULT_ROWS = 24;

const DRAW_EVERY_MS = 100;
const PRINT_EVERY_MS = 1_000;

/** A terminal writes ^C behind the line: it must not go on to the next one. */
const RESERVED_COLUMNS = 3;

const WIPE_LINE = "\r\x1b[2K";
/** A line that is too wide after all is cut off and not wrapped. */
const NO_WRAP = "\x1b[?7l";
const WRAP = "\x1b[?7h";

/** The two output streams of a command. */
export class Screen implements AsyncDisposable {
  readonly #stdout: CliOutput;
  readonly #stderr: CliOutput;
  readonly #colors: Colors | undefined;
  #live: boolean;
  /** Whether a table can be drawn in place. */
  readonly canDraw: boolean;
  #status: (() => StatusLine) | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #shown = "";
  #printedAt = -Infinity;
  /** Writes go one after the other: two streams have no order of their own. */
  #writes: Promise<void> = Promise.resolve();

  /**
   * Writes nothing yet.
   *
   * @param io The streams and the environment.
   * @param colors The colours of a terminal, where they are wanted.
   */
  constructor({ stdout, stderr, env }: CliIo, colors?: Colors) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#live = isSmart(stderr, env);
    this.canDraw = isSmart(stdout, env);
    this.#colors = colors;
  }

  /**
   * Makes one with colours, where there is a terminal that they are wanted on.
   *
   * @param io The streams and the environment.
   * @returns The screen.
   */
  static async open(io: CliIo): Promise<Screen> {
    const { stdout, stderr, env } = io;
    const isSeen = isSmart(stdout, env) || isSmart(stderr, env);
    if (!isSeen || env.NO_COLOR) return new Screen(io);
    // Nobody else waits until it is loaded.
    const { default: picocolors } = await import("picocolors");
    return new Screen(io, picocolors.createColors(true));
  }

  /** Colours for stderr. */
  get colors(): Colors {
    return this.#live ? this.#colors ?? PLAIN : PLAIN;
  }

  /** Colours for what is drawn; undefined where there are none. */
  get drawColors(): Colors | undefined {
    return this.canDraw ? this.#colors : undefined;
  }

  /** The size of the terminal that is drawn on, as it is now. */
  get size(): TerminalSize {
    const { columns, rows = DEFAULT_ROWS } = this.#stdout;
    return { columns, rows };
  }

  /** Whether a result could not be written. */
  get broken(): boolean {
    return this.#stdout.failed.aborted;
  }

  /**
   * Waits until all results have been passed on.
   *
   * @throws What went wrong, if one could not be.
   */
  async written(): Promise<void> {
    await this.#writes;
    this.#stdout.failed.throwIfAborted();
  }

  /**
   * Shows what is going on, from now on and until {@linkcode Screen.hide}.
   *
   * @param status Asked whenever it is about to be shown.
   */
  show(status: () => StatusLine): void {
    this.#status = status;
    this.#timer = setInterval(
      () => this.#live ? this.#draw() : this.changed(),
      this.#live ? DRAW_EVERY_MS : PRINT_EVERY_MS,
    );
  }

  /** Says that what is going on has changed. */
  changed(): void {
    if (this.#live || Date.now() - this.#printedAt < PRINT_EVERY_MS) return;
    const text = this.#status?.().text ?? "";
    if (text === "" || text === this.#shown) return;
    this.#shown = text;
    this.#printedAt = Date.now();
    this.#write(this.#stderr, `${text}\n`);
  }

  /** Ends what {@linkcode Screen.show} began. */
  hide(): void {
    if (this.#status === undefined) return;
    clearInterval(this.#timer);
    this.#status = undefined;
    this.#wipe();
  }

  /**
   * Writes a line of the result.
   *
   * @param line The line.
   * @returns Resolves when it has been passed on.
   */
  result(line: string): Promise<void> {
    return this.print(`${line}\n`);
  }

  /**
   * Writes a part of the result as it is.
   *
   * @param text The text, which need not end with its line.
   * @returns Resolves when it has been passed on.
   */
  print(text: string): Promise<void> {
    if (text === "") return Promise.resolve();
    this.#wipe();
    // To wipe what comes behind it would wipe it as well.
    if (!text.endsWith("\n")) this.#live = false;
    return this.#write(this.#stdout, text);
  }

  /**
   * Draws on the terminal that stdout is.
   *
   * @param text What moves the cursor and what is drawn.
   * @returns Resolves when it has been passed on.
   */
  draw(text: string): Promise<void> {
    return this.#write(this.#stdout, text);
  }

  /**
   * Writes a line about the result.
   *
   * @param line The line.
   */
  note(line: string): void {
    // Also wipes what a terminal shows for a key: ^C.
    if (this.#live) this.#shown = WIPE_LINE;
    this.#wipe();
    this.#write(this.#stderr, `${line}\n`);
  }

  /**
   * Writes a line about something that the line which moves shows anyhow,
   * where there is none.
   *
   * @param line The line.
   */
  aside(line: string): void {
    if (!this.#live) this.note(line);
  }

  /**
   * Writes a line to remember, unless it is what was shown last.
   *
   * @param line The line.
   */
  recap(line: string): void {
    if (line !== this.#shown) this.note(line);
  }

  /**
   * Resolves when everything has been written.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.hide();
    await this.#writes;
  }

  #draw(): void {
    if (this.#status === undefined) return;
    const { lead, text, trail } = this.#status();
    const width = this.#stderr.columns - RESERVED_COLUMNS;
    const end = trail === ""
      ? ""
      : truncate(`  ${trail}`, Math.floor(width * 0.3));
    const middle = truncate(
      text,
      Math.max(0, width - [...lead].length - [...end].length - 2),
    );
    const { dim } = this.colors;
    const line = `${dim(lead)}  ${middle}${dim(end)}`;
    if (line === this.#shown) return;
    this.#shown = line;
    this.#write(this.#stderr, `${WIPE_LINE}${NO_WRAP}${line}${WRAP}`);
  }

  #wipe(): void {
    if (!this.#live || this.#shown === "") return;
    this.#shown = "";
    this.#write(this.#stderr, WIPE_LINE);
  }

  #write(output: CliOutput, text: string): Promise<void> {
    this.#writes = this.#writes.then(() => output.write(text));
    return this.#writes;
  }
}

/** A terminal on which the cursor can be moved. */
function isSmart({ isTerminal }: CliOutput, env: CliIo["env"]): boolean {
  return isTerminal && env.TERM !== "dumb";
}
