/**
 * Parses an argument list into a {@linkcode CommandLine}, or throws a
 * {@linkcode UsageError} that says what to use instead. The module of each
 * command parses what is specific to it: objects, conditions and output.
 *
 * @module
 */

import {
  ALL_OPTIONS,
  COMMANDS,
  findCommand,
  PROGRAM_OPTIONS,
} from "./_registry.ts";
import type { CommandEntry } from "./_command_module.ts";
import {
  type ParsedArguments,
  parseOptions,
  splitCommand,
  unknownOption,
} from "./_options.ts";
import type { Options } from "./_tokens.ts";
import { didYouMean } from "../internal/did_you_mean.ts";
import { UsageError } from "./terminal/usage_error.ts";

/** What to do: show help, show the version, or run a command. */
export type CommandLine =
  | {
    readonly type: "help";
    /** The command to show help for; undefined for the overview. */
    readonly command: CommandEntry | undefined;
  }
  | { readonly type: "version" }
  | {
    readonly type: "run";
    /** The command. */
    readonly command: CommandEntry;
    /** The arguments of the command. */
    readonly given: ParsedArguments;
  };

/**
 * Parses a command line up to the arguments of its command.
 *
 * @param args The arguments, without the name of the program.
 * @returns What to do.
 * @throws {UsageError} If the command or an option is unknown.
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { command: name, others } = splitCommand(args, ALL_OPTIONS);
  if (name === undefined) return parseWithoutCommand(others);
  if (name === "help") return { type: "help", command: helpTopic(others) };
  const command = findCommand(name);
  if (command === undefined) throw unknownCommand(name);
  const given = parseOptions(
    others,
    command.options,
    (rawName, option) => optionError(name, rawName, option, command.options),
  );
  return given.isOn("help")
    ? { type: "help", command }
    : { type: "run", command, given };
}

function parseWithoutCommand(args: readonly string[]): CommandLine {
  const given = parseOptions(args, ALL_OPTIONS);
  if (given.isOn("version")) return { type: "version" };
  const [stray] = [...given.names].filter((name) =>
    !Object.hasOwn(PROGRAM_OPTIONS, name)
  );
  if (stray === undefined) return { type: "help", command: undefined };
  throw new UsageError(
    `no command specified for --${stray}: use ${
      commandNames("or")
    }; see --help`,
  );
}

function helpTopic(args: readonly string[]): CommandEntry | undefined {
  const [name] = parseOptions(args, ALL_OPTIONS).positionals;
  return name === undefined ? undefined : findCommand(name);
}

function unknownCommand(name: string): UsageError {
  const near = didYouMean(name, [...COMMANDS.map(({ name }) => name), "help"]);
  return new UsageError(
    `unknown command ${JSON.stringify(name)}: ${
      near || `available commands are ${commandNames("and")}; see --help`
    }`,
  );
}

function optionError(
  command: string,
  rawName: string,
  name: string,
  options: Options,
): UsageError {
  return Object.hasOwn(ALL_OPTIONS, name)
    ? new UsageError(
      `${command} has no option --${name}: see ${command} --help`,
    )
    : unknownOption(rawName, name, options);
}

function commandNames(conjunction: "and" | "or"): string {
  const names = COMMANDS.map(({ name }) => name);
  return `${names.slice(0, -1).join(", ")} ${conjunction} ${names.at(-1)}`;
}
