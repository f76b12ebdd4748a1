/**
 * The options on a command line: what is found there is checked, and every
 * mistake is answered with what to do.
 *
 * @module
 */

import { type Options, tokensOf } from "./_tokens.ts";
import { didYouMean } from "../internal/did_you_mean.ts";
import { UsageError } from "./terminal/usage_error.ts";

/** The command of a command line, and the arguments around it. */
export interface SplitArguments {
  /** The first argument that is no option; undefined where all are. */
  readonly command: string | undefined;
  /** The others. */
  readonly others: readonly string[];
}

/** What was given: the words, and the options with all their values. */
export class GivenOptions {
  /** The arguments that are no options. */
  readonly words: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  /**
   * Keeps what was given.
   *
   * @param words The arguments that are no options.
   * @param values The values of the options; `"true"` for those without one.
   */
  constructor(
    words: readonly string[],
    values: ReadonlyMap<string, readonly string[]>,
  ) {
    this.words = words;
    this.#values = values;
  }

  /**
   * The same without the first word, which says what the others are.
   *
   * @returns What is left.
   */
  withoutFirst(): GivenOptions {
    return new GivenOptions(this.words.slice(1), this.#values);
  }

  /** The names of the options given. */
  get names(): Iterable<string> {
    return this.#values.keys();
  }

  /**
   * Whether an option was given at all.
   *
   * @param name The option.
   * @returns Whether it was.
   */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /**
   * Whether an option that is on or off is on.
   *
   * @param name The option.
   * @returns Whether it was given, and not as `--option=false`.
   */
  isOn(name: string): boolean {
    return this.text(name) === "true";
  }

  /**
   * The value of an option: the last one counts, as everywhere.
   *
   * @param name The option.
   * @returns The value; undefined where it was not given.
   */
  text(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /**
   * All values of an option, for those that may be repeated.
   *
   * @param name The option.
   * @returns The values, in order.
   */
  texts(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }
}

/**
 * Finds the command, which options may stand in front of.
 *
 * @param args The arguments.
 * @param options The options of all commands: which of them have a value.
 * @returns The command, and the arguments without it.
 */
export function splitArguments(
  args: readonly string[],
  options: Options,
): SplitArguments {
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
 * Reads the options of a command.
 *
 * @param args The arguments, without the command.
 * @param options The options that there are.
 * @param refused What an option is answered with that is not among them.
 * @returns What was given.
 * @throws {UsageError} If there is no such option, or its value is missing.
 */
export function readOptions(
  args: readonly string[],
  options: Options,
  refused: (rawName: string, name: string) => UsageError = (rawName, name) =>
    unknownOption(rawName, name, options),
): GivenOptions {
  const words: string[] = [];
  const values = new Map<string, string[]>();
  for (const token of tokensOf(args, options)) {
    if (token.kind === "positional") {
      words.push(token.value);
      continue;
    }
    const { name, rawName, value, inlineValue } = token;
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined) throw refused(rawName, name);
    if (value === "" && option.mayBeEmpty) {
      values.delete(name);
      continue;
    }
    const text = option.type === "string"
      ? checkValue(rawName, value, inlineValue)
      : checkTruth(rawName, value ?? "true");
    values.set(name, [...values.get(name) ?? [], text]);
  }
  return new GivenOptions(words, values);
}

/**
 * Tells that there is no such option.
 *
 * @param rawName The option as it was written: `"--fro"`.
 * @param name Its name.
 * @param options Those that there are.
 * @returns The error.
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

/** What Go takes for a boolean, which scripts may have written. */
const TRUTHS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "true": ["1", "t", "T", "TRUE", "true", "True"],
    "false": ["0", "f", "F", "FALSE", "false", "False"],
  }).flatMap(([value, texts]) => texts.map((text) => [text, value])),
);

function checkTruth(rawName: string, text: string): string {
  const value = TRUTHS.get(text);
  if (value !== undefined) return value;
  throw new UsageError(
    `${rawName} must be true or false: use ${rawName} or ${rawName}=false`,
  );
}
