/**
 * The streams, environment variables and signals that a command uses: those of
 * the process, or replacements in tests.
 *
 * @module
 */

/** A stream that text is written to. */
export interface CliOutput {
  /** Whether it is a terminal. */
  readonly isTerminal: boolean;
  /** The width of the terminal, in characters. */
  readonly columns: number;
  /** The height of the terminal, in lines, if it is known. */
  readonly rows?: number | undefined;
  /**
   * Aborted when a write has failed, with the error: the reader is gone
   * (`EPIPE`), or the disk is full.
   */
  readonly failed: AbortSignal;
  /**
   * Writes text. Never rejects.
   *
   * @param text The text.
   * @returns Resolves when the text has been written, or when writing has
   *   failed.
   */
  write(text: string): Promise<void>;
}

/** A stream that text is read from. */
export interface CliInput {
  /**
   * Reads the stream to its end.
   *
   * @param signal Aborts the read, since the stream may never end.
   * @returns The text.
   * @throws The signal's reason if it is aborted.
   */
  read(signal: AbortSignal): Promise<string>;
}

/** The streams, environment variables and signals that a command uses. */
export interface CliIo {
  /** Standard input, which `-f -` reads. */
  readonly stdin?: CliInput | undefined;
  /** Standard output, for results. */
  readonly stdout: CliOutput;
  /** Standard error, for everything else. */
  readonly stderr: CliOutput;
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Listens for the first signal to terminate.
   *
   * @param listener Called once, with `"SIGINT"` or `"SIGTERM"`.
   * @returns Removes the listener when disposed.
   */
  onSignal(listener: (signal: CliSignal) => void): Disposable;
}

/** The process that a command runs in. */
export interface CliProcess {
  /** Its streams, environment variables and signals. */
  readonly io: CliIo;
  /** The arguments, without the name of the program. */
  readonly args: readonly string[];
  /**
   * Sets the exit status of the process, without ending it.
   *
   * @param status The exit status.
   */
  setExitStatus(status: number): void;
}

/** The width of a terminal that does not report it. */
export const DEFAULT_COLUMNS = 80;

/** A signal that asks a process to terminate. */
export type CliSignal = "SIGINT" | "SIGTERM";

/** The abort reason after a signal. */
export class Interruption extends Error {
  /** `"Interruption"`. */
  override readonly name: string = "Interruption";
  /** 128 plus the number of the signal, as shells report it. */
  readonly exitStatus: number;

  /**
   * Creates the reason.
   *
   * @param signal The signal.
   */
  constructor(signal: CliSignal) {
    super(`interrupted by ${signal}`);
    this.exitStatus = signal === "SIGINT" ? 130 : 143;
  }
}
