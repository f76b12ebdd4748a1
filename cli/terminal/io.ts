/**
 * What the command line needs of the world around it, as an interface: the
 * process's own streams in use, buffers in tests.
 *
 * @module
 */

/** A stream that text is written to. */
export interface CliOutput {
  /** Whether a person at a terminal reads it. */
  readonly isTerminal: boolean;
  /** How many characters a line of the terminal holds. */
  readonly columns: number;
  /** How many lines the terminal has, where that is known. */
  readonly rows?: number | undefined;
  /**
   * Aborted when nothing more can be written, with what went wrong: nobody
   * reads any more (`EPIPE`), the disk is full.
   */
  readonly failed: AbortSignal;
  /**
   * Writes.
   *
   * @param text The text.
   * @returns Resolves when it has been passed on, or never can be.
   */
  write(text: string): Promise<void>;
}

/** A stream that text is read from. */
export interface CliInput {
  /**
   * Reads all of it.
   *
   * @param signal Ends it: whoever writes may take for ever.
   * @returns The text, once the stream has ended.
   * @throws The signal's reason if it is aborted.
   */
  read(signal: AbortSignal): Promise<string>;
}

/** The world around a command. */
export interface CliIo {
  /** What `-f -` reads; nothing where there is none. */
  readonly stdin?: CliInput | undefined;
  /** Where results go. */
  readonly stdout: CliOutput;
  /** Where everything else goes. */
  readonly stderr: CliOutput;
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Listens for the signals that ask a process to end.
   *
   * @param listener Called with `"SIGINT"` or `"SIGTERM"`, once.
   * @returns What stops listening.
   */
  onSignal(listener: (signal: CliSignal) => void): Disposable;
}

/** A process that commands run in. */
export interface CliProcess {
  /** The world around it. */
  readonly io: CliIo;
  /** The arguments, those of the program alone. */
  readonly args: readonly string[];
  /**
   * Says how it ends, when nothing is left to be done.
   *
   * @param status The exit status.
   */
  exitWith(status: number): void;
}

/** The width of what does not tell its own. */
export const DEFAULT_COLUMNS = 80;

/** A signal that asks a process to end. */
export type CliSignal = "SIGINT" | "SIGTERM";

/** The reason that everything is aborted with when a signal has come. */
export class Interruption extends Error {
  /** `"Interruption"`. */
  override readonly name: string = "Interruption";
  /** 128 and the signal's number, as shells report it. */
  readonly exitStatus: number;

  /**
   * Makes the reason.
   *
   * @param signal The signal.
   */
  constructor(signal: CliSignal) {
    super(`interrupted by ${signal}`);
    this.exitStatus = signal === "SIGINT" ? 130 : 143;
  }
}
