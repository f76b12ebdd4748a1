/**
 * The types of a command: its options, and the module that implements it.
 *
 * @module
 */

import type { ParsedArguments } from "./_options.ts";
import type { Options } from "./_tokens.ts";
import type { CliIo } from "./terminal/io.ts";
import type { Screen } from "./terminal/screen.ts";

/** What a command runs with. */
export interface CommandContext {
  /** Where it writes its results and progress. */
  readonly screen: Screen;
  /** Aborts the command; the reason is an `Interruption`. */
  readonly signal: AbortSignal;
  /** The streams and environment variables. */
  readonly io: CliIo;
}

/** A command whose arguments have been parsed. Resolves to the exit status. */
export type PreparedCommand = (context: CommandContext) => Promise<number>;

/** The module that implements a command. */
export interface CommandModule {
  /**
   * Parses the arguments, so that errors are reported before the first request.
   *
   * @param given The arguments and options after the command.
   * @returns A function that runs the command.
   * @throws {UsageError} If the arguments are invalid.
   */
  prepare(given: ParsedArguments): PreparedCommand | Promise<PreparedCommand>;
}

/** A command. */
export interface CommandEntry {
  /** Its name. */
  readonly name: string;
  /** Its options. */
  readonly options: Options;
  /** Loads the module that implements it. */
  load(): Promise<CommandModule>;
  /** Loads its help text. */
  help(): Promise<string>;
}
