/**
 * Parses and validates the options of a command line. Every error says what to
 * use instead.
 *
 * @module
 */

import { type Options, tokensOf } from "./_tokens.ts";
import { didYouMean } from "../internal/did_you_mean.ts";
import { UsageError } from "./terminal/usage_error.ts";

/** The command in an argument list, and the other arguments. */
export interface SplitCommand {
  /** The first positional argument; undefined if there is none. */
  readonly command: string | undefined;
  /** All other arguments. */
  readonly others: readonly string[];
}

/** Parsed arguments: the positional ones, and the options with their values. */
export class ParsedArguments {
  /** The positional arguments. */
  readonly positionals: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  /**
   * Creates parsed arguments.
   *
   * @param positionals The positional arguments.
   * @param values The values of each option; `"true"` or `"false"` for a
   *   boolean option.
   */
  constructor(
    positionals: readonly string[],
    values: ReadonlyMap<string, readonly string[]>,
  ) {
    this.positionals = positionals;
    this.#values = values;
  }

  /**
   * Removes the first positional argument, such as a subcommand.
   *
   * @returns The remaining arguments.
   */
  withoutFirst(): ParsedArguments {
    return new ParsedArguments(this.positionals.slice(1), this.#values);
  }

  /** The names of the options that were specified. */
  get names(): Iterable<string> {
    return this.#values.keys();
  }

  /**
   * Whether an option was specified.
   *
   * @param name The name of the option.
   * @returns Whether it was specified, with any value.
   */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /**
   * Whether a boolean option is true.
   *
   * @param name The name of the option.
   * @returns Whether it was specified, and not as `--option=false`.
   */
  isOn(name: string): boolean {
    return this.value(name) === "true";
  }

  /**
   * The value of an option; the last one if it was repeated.
   *
   * @param name The name of the option.
   * @returns The value; undefined if the option was not specified.
   */
  value(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /**
   * All values of an option that may be repeated.
   *
   * @param name The name of the option.
   * @returns The values, in order.
   */
  values(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }
}

/**
 * Finds the command, which may follow options.
 *
 * @param args The arguments.
 * @param options The options of all commands, to tell which of them take a
 *   value.
 * @returns The command, and the other arguments.
 */
export function splitCommand(
  args: readonly string[],
  options: Options,
): SplitCommand {
  const found = tokensOf(args, options).find(({ kind }) =>
    kind === "positional"
  );
  if (found === undefined) return { command: undefined, others: args };
  return {
    command: args[found.index],
    others: args.toSpliced(found.index, 1),
  };
}

/**
 * Parses the arguments of a command.
 *
 * @param args The arguments, without the command.
 * @param options The options that the command accepts.
 * @param optionError Creates the error for any other option.
 * @returns The parsed arguments.
 * @throws {UsageError} If an option is unknown, or its value is missing or
 *   invalid.
 */
export function parseOptions(
  args: readonly string[],
  options: Options,
  optionError: (rawName: string, name: string) => UsageError = (
    rawName,
    name,
  ) => unknownOption(rawName, name, options),
): ParsedArguments {
  const positionals: string[] = [];
  const values = new Map<string, string[]>();
  for (const token of tokensOf(args, options)) {
    if (token.kind === "positional") {
      positionals.push(token.value);
      continue;
    }
    const { name, rawName, value, inlineValue } = token;
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined) throw optionError(rawName, name);
    if (value === "" && option.ignoreEmpty) {
      values.delete(name);
      continue;
    }
    const text = option.type === "string"
      ? checkValue(rawName, value, inlineValue)
      : parseBoolean(rawName, value ?? "true");
    values.set(name, [...values.get(name) ?? [], text]);
  }
  return new ParsedArguments(positionals, values);
}

/**
 * Creates the error for an unknown option.
 *
 * @param rawName The option as it was written: `"--fro"`.
 * @param name The name of the option.
 * @param options The options that exist.
 * @returns The error, with a suggestion if an option has a similar name.
 */
export function unknownOption(
  rawName: string,
  name: string,
  options: Options,
): UsageError {
  const near = name.length > 1
    ? didYouMean(name, Object.keys(options), "--")
    : "";
  return new UsageError(
    `unknown option ${rawName}: ${
      near || "see --help for the available options"
    }`,
  );
}

function checkValue(
  rawName: string,
  value: string | undefined,
  inline: boolean,
): string {
  if (value === undefined || value === "") {
    throw new UsageError(
      `${rawName} requires a value: specify it after ${rawName}`,
    );
  }
  if (!inline && /^-[-a-z]/i.test(value)) {
    throw new UsageError(
      `${rawName} requires a value, but another option follows: specify the value after ${rawName}`,
    );
  }
  return value;
}

/** The values that Go's `strconv.ParseBool` accepts, as kubectl does. */
const BOOLEANS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "true": ["1", "t", "T", "TRUE", "true", "True"],
    "false": ["0", "f", "F", "FALSE", "false", "False"],
  }).flatMap(([value, texts]) => texts.map((text) => [text, value])),
);

function parseBoolean(rawName: string, text: string): string {
  const value = BOOLEANS.get(text);
  if (value !== undefined) return value;
  throw new UsageError(
    `${rawName} must be true or false: use ${rawName} or ${rawName}=false`,
  );
}
