/**
 * What a command is: its options, and a module that carries it out.
 *
 * @module
 */

import type { GivenOptions } from "./_options.ts";
import type { Options } from "./_tokens.ts";
import type { CliIo } from "./terminal/io.ts";
import type { Screen } from "./terminal/screen.ts";

/** What a command works with. */
export interface CommandContext {
  /** Where it tells of what it does. */
  readonly screen: Screen;
  /** Ends it; the reason is an `Interruption`. */
  readonly signal: AbortSignal;
  /** The streams and environment that it may have to look at. */
  readonly io: CliIo;
}

/** A command that has been understood, ready to be carried out. */
export type PreparedCommand = (context: CommandContext) => Promise<number>;

/** What the module of a command has to offer. */
export interface CommandModule {
  /**
   * Understands the arguments, so that a mistake shows before the first
   * request.
   *
   * @param given The words behind the command, and its options.
   * @returns What carries it out and gives the exit status.
   * @throws {UsageError} If they make no sense.
   */
  prepare(given: GivenOptions): PreparedCommand | Promise<PreparedCommand>;
}

/** A command. */
export interface CommandEntry {
  /** What it is called. */
  readonly name: string;
  /** Its options. */
  readonly options: Options;
  /** Loads what carries it out. */
  load(): Promise<CommandModule>;
  /** Loads its help text. */
  help(): Promise<string>;
}
