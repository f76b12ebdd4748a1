/**
 * From an argument list to a {@linkcode CommandLine}, or a
 * {@linkcode UsageError} that says what to write instead. Which objects,
 * conditions and outputs are meant is understood by the command's own module.
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
  type GivenOptions,
  readOptions,
  splitArguments,
  unknownOption,
} from "./_options.ts";
import type { Options } from "./_tokens.ts";
import { didYouMean } from "../internal/did_you_mean.ts";
import { UsageError } from "./terminal/usage_error.ts";

/** What a command line asks for. */
export type CommandLine =
  | {
    readonly type: "help";
    /** The command that help is wanted on; undefined for all of them. */
    readonly command: CommandEntry | undefined;
  }
  | { readonly type: "version" }
  | {
    readonly type: "run";
    /** The command. */
    readonly command: CommandEntry;
    /** The words behind it, and its options. */
    readonly given: GivenOptions;
  };

/**
 * Finds out which command is meant, and splits its arguments.
 *
 * @param args The arguments, those of the program alone.
 * @returns What is to be done.
 * @throws {UsageError} If there is no such command or option.
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { command: name, others } = splitArguments(args, ALL_OPTIONS);
  if (name === undefined) return withoutCommand(others);
  if (name === "help") return { type: "help", command: helpTopic(others) };
  const command = findCommand(name);
  if (command === undefined) throw unknownCommand(name);
  const given = readOptions(
    others,
    command.options,
    (rawName, option) => refuse(name, rawName, option, command.options),
  );
  return given.isOn("help")
    ? { type: "help", command }
    : { type: "run", command, given };
}

function withoutCommand(args: readonly string[]): CommandLine {
  const given = readOptions(args, ALL_OPTIONS);
  if (given.isOn("version")) return { type: "version" };
  const [stray] = [...given.names].filter((name) =>
    !Object.hasOwn(PROGRAM_OPTIONS, name)
  );
  if (stray === undefined) return { type: "help", command: undefined };
  throw new UsageError(
    `no command specified for --${stray}: use ${
      namesInWords("or")
    }; see --help`,
  );
}

function helpTopic(args: readonly string[]): CommandEntry | undefined {
  const [name] = readOptions(args, ALL_OPTIONS).words;
  return name === undefined ? undefined : findCommand(name);
}

function unknownCommand(name: string): UsageError {
  const near = didYouMean(name, [...COMMANDS.map(({ name }) => name), "help"]);
  return new UsageError(
    `unknown command ${JSON.stringify(name)}: ${
      near || `available commands are ${namesInWords("and")}; see --help`
    }`,
  );
}

function refuse(
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

function namesInWords(conjunction: "and" | "or"): string {
  const names = COMMANDS.map(({ name }) => name);
  return `${names.slice(0, -1).join(", ")} ${conjunction} ${names.at(-1)}`;
}
