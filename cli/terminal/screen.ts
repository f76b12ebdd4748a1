/**
 * Writes results to stdout and everything else to stderr, without mixing them
 * with the status line.
 *
 * On a terminal, the status line at the bottom of stderr is redrawn in place.
 * It is erased before anything else is written, and then drawn again below. A
 * timer draws it at most ten times a second, however often the status changes.
 * Elsewhere, the status is printed as a line of its own when it has changed, at
 * most once a second.
 *
 * @module
 */

import type { CliIo, CliOutput } from "./io.ts";
import type { TerminalSize } from "./live_block.ts";
import { truncate } from "./text.ts";

/** The content of the status line. */
export interface StatusLine {
  /** Shown before the text, such as the time; only on a terminal. */
  readonly lead: string;
  /** The status; empty for none. */
  readonly text: string;
  /** Shown after the text; only on a terminal. */
  readonly trail: string;
}

/** Colors a text. */
export type Paint = (text: string) => string;

/** The colors and styles of the output. */
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

/** The height of a terminal that does not report it. */
const DEFAULT_ROWS = 24;

const DRAW_EVERY_MS = 100;
const PRINT_EVERY_MS = 1_000;

/** Room for the `^C` that a terminal echoes, so that the line does not wrap. */
const RESERVED_COLUMNS = 3;

const ERASE_LINE = "\r\x1b[2K";
/** Cuts off lines that are too wide, instead of wrapping them. */
const NO_WRAP = "\x1b[?7l";
const WRAP = "\x1b[?7h";

/** The two output streams of a command. */
export class Screen implements AsyncDisposable {
  readonly #stdout: CliOutput;
  readonly #stderr: CliOutput;
  readonly #colors: Colors | undefined;
  #live: boolean;
  /** Whether stdout is a terminal that a table can be drawn on. */
  readonly canDraw: boolean;
  #status: (() => StatusLine) | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #shown = "";
  #printedAt = -Infinity;
  /** Serializes writes, since the two streams are not ordered. */
  #writes: Promise<void> = Promise.resolve();

  /**
   * Creates a screen. Use {@linkcode Screen.open} for one with colors.
   *
   * @param io The streams and environment variables.
   * @param colors The colors for terminals; undefined for none.
   */
  constructor({ stdout, stderr, env }: CliIo, colors?: Colors) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#live = isSmart(stderr, env);
    this.canDraw = isSmart(stdout, env);
    this.#colors = colors;
  }

  /**
   * Creates a screen, with colors if there is a terminal and `NO_COLOR` is not
   * set.
   *
   * @param io The streams and environment variables.
   * @returns The screen.
   */
  static async open(io: CliIo): Promise<Screen> {
    const { stdout, stderr, env } = io;
    const hasTerminal = isSmart(stdout, env) || isSmart(stderr, env);
    if (!hasTerminal || env.NO_COLOR) return new Screen(io);
    // Loaded on demand, to keep output without colors fast.
    const { default: picocolors } = await import("picocolors");
    return new Screen(io, picocolors.createColors(true));
  }

  /** The colors for stderr. */
  get colors(): Colors {
    return this.#live ? this.#colors ?? PLAIN : PLAIN;
  }

  /** The colors for drawing on stdout; undefined for none. */
  get drawColors(): Colors | undefined {
    return this.canDraw ? this.#colors : undefined;
  }

  /** The current size of the terminal that stdout is. */
  get size(): TerminalSize {
    const { columns, rows = DEFAULT_ROWS } = this.#stdout;
    return { columns, rows };
  }

  /** Whether writing to stdout has failed. */
  get broken(): boolean {
    return this.#stdout.failed.aborted;
  }

  /**
   * Waits until all results have been written.
   *
   * @throws The error, if writing to stdout has failed.
   */
  async written(): Promise<void> {
    await this.#writes;
    this.#stdout.failed.throwIfAborted();
  }

  /**
   * Shows a status until {@linkcode Screen.hide} is called.
   *
   * @param status Called for the current status whenever it is about to be
   *   shown.
   */
  show(status: () => StatusLine): void {
    this.#status = status;
    this.#timer = setInterval(
      () => this.#live ? this.#draw() : this.changed(),
      this.#live ? DRAW_EVERY_MS : PRINT_EVERY_MS,
    );
  }

  /** Reports that the status has changed. */
  changed(): void {
    if (this.#live || Date.now() - this.#printedAt < PRINT_EVERY_MS) return;
    const text = this.#status?.().text ?? "";
    if (text === "" || text === this.#shown) return;
    this.#shown = text;
    this.#printedAt = Date.now();
    this.#write(this.#stderr, `${text}\n`);
  }

  /** Removes the status that {@linkcode Screen.show} shows. */
  hide(): void {
    if (this.#status === undefined) return;
    clearInterval(this.#timer);
    this.#status = undefined;
    this.#erase();
  }

  /**
   * Writes a line to stdout.
   *
   * @param line The line.
   * @returns Resolves when the line has been written.
   */
  result(line: string): Promise<void> {
    return this.print(`${line}\n`);
  }

  /**
   * Writes text to stdout.
   *
   * @param text The text, with or without a final line feed.
   * @returns Resolves when the text has been written.
   */
  print(text: string): Promise<void> {
    if (text === "") return Promise.resolve();
    this.#erase();
    // Erasing a status line after it would erase the text as well.
    if (!text.endsWith("\n")) this.#live = false;
    return this.#write(this.#stdout, text);
  }

  /**
   * Draws on stdout, which must be a terminal.
   *
   * @param text The text, including escape sequences.
   * @returns Resolves when the text has been written.
   */
  draw(text: string): Promise<void> {
    return this.#write(this.#stdout, text);
  }

  /**
   * Writes a line to stderr.
   *
   * @param line The line.
   */
  note(line: string): void {
    // Also erases the ^C that a terminal echoes.
    if (this.#live) this.#shown = ERASE_LINE;
    this.#erase();
    this.#write(this.#stderr, `${line}\n`);
  }

  /**
   * Writes a line to stderr unless it is a terminal, where the status line
   * already shows the same.
   *
   * @param line The line.
   */
  aside(line: string): void {
    if (!this.#live) this.note(line);
  }

  /**
   * Writes a line to stderr, unless it is the status that was printed last.
   *
   * @param line The line.
   */
  recap(line: string): void {
    if (line !== this.#shown) this.note(line);
  }

  /** Removes the status, and waits until everything has been written. */
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
    this.#write(this.#stderr, `${ERASE_LINE}${NO_WRAP}${line}${WRAP}`);
  }

  #erase(): void {
    if (!this.#live || this.#shown === "") return;
    this.#shown = "";
    this.#write(this.#stderr, ERASE_LINE);
  }

  #write(output: CliOutput, text: string): Promise<void> {
    this.#writes = this.#writes.then(() => output.write(text));
    return this.#writes;
  }
}

/** Whether an output is a terminal that supports escape sequences. */
function isSmart({ isTerminal }: CliOutput, env: CliIo["env"]): boolean {
  return isTerminal && env.TERM !== "dumb";
}
