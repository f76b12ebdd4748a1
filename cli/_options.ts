/**
 * The options on a command line. `node:util`'s `parseArgs` splits the
 * arguments; what it finds is checked here, since its own errors name neither
 * a near miss nor what to do.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { didYouMean } from "../watch/_suggest.ts";
import { UsageError } from "./_usage_error.ts";

/** An option, as `parseArgs` takes it. */
interface Option {
  readonly type: "string" | "boolean";
  readonly short?: string;
}

type Options = Readonly<Record<string, Option>>;

const COMMON: Options = {
  "help": { type: "boolean", short: "h" },
  "server": { type: "string", short: "s" },
  "token": { type: "string" },
  "token-file": { type: "string" },
  "embedded": { type: "boolean" },
  "namespace": { type: "string", short: "n" },
  "all-namespaces": { type: "boolean", short: "A" },
  "selector": { type: "string", short: "l" },
};
const OF_COMMANDS: Readonly<Record<string, Options>> = {
  wait: {
    ...COMMON,
    "all": { type: "boolean" },
    "for": { type: "string" },
    "timeout": { type: "string" },
  },
  watch: {
    ...COMMON,
    "cached": { type: "boolean" },
    "output": { type: "string", short: "o" },
    "resource-version": { type: "string" },
  },
};
const ALL: Options = {
  ...OF_COMMANDS.wait,
  ...OF_COMMANDS.watch,
  "version": { type: "boolean" },
};

/** What was given: the words, and the options with all their values. */
export class GivenOptions {
  /** The arguments that are no options. */
  readonly words: readonly string[];
  readonly #values: ReadonlyMap<string, readonly (string | undefined)[]>;

  constructor(
    words: readonly string[],
    values: ReadonlyMap<string, readonly (string | undefined)[]>,
  ) {
    this.words = words;
    this.#values = values;
  }

  /** The names of the options given. */
  get names(): Iterable<string> {
    return this.#values.keys();
  }

  /** Whether an option was given. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The value of an option: the last one counts, as everywhere. */
  text(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** How often an option was given. */
  count(name: string): number {
    return this.#values.get(name)?.length ?? 0;
  }

  /** Refuses options that a command has no use for. */
  checkFor(command: "wait" | "watch"): void {
    const options = OF_COMMANDS[command] ?? {};
    for (const name of this.#values.keys()) {
      if (Object.hasOwn(options, name)) continue;
      throw new UsageError(
        `${command} has no option --${name}: see ${command} --help`,
      );
    }
  }
}

/**
 * Reads the options of all commands in one pass, since they may stand
 * anywhere, also before the command.
 *
 * @param args The arguments.
 * @returns What was given.
 * @throws {UsageError} If there is no such option, or its value is missing.
 */
export function readOptions(args: readonly string[]): GivenOptions {
  const { tokens } = parseArgs({
    args: [...args],
    options: ALL,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const words: string[] = [];
  const values = new Map<string, (string | undefined)[]>();
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    const option = ALL[name];
    if (option === undefined) throw unknownOption(rawName, name);
    if (option.type === "string") {
      checkValue(rawName, value, inlineValue === true);
    } else if (value !== undefined) {
      throw new UsageError(`${rawName} takes no value: leave it out`);
    }
    values.set(name, [...values.get(name) ?? [], unquoted(rawName, value)]);
  }
  return new GivenOptions(words, values);
}

/** `-n=web` means what `-n web` does, as in `kubectl`. */
function unquoted(
  rawName: string,
  value: string | undefined,
): string | undefined {
  return rawName.startsWith("--") ? value : value?.replace(/^=/, "");
}

function checkValue(
  rawName: string,
  value: string | undefined,
  inline: boolean,
): void {
  if (value === undefined || value === "") {
    throw new UsageError(`${rawName} needs a value: write it behind it`);
  }
  if (inline || !/^-[-a-z]/i.test(value)) return;
  throw new UsageError(
    `${rawName} needs a value, but ${rawName} is followed by another option: write the value behind it`,
  );
}

function unknownOption(rawName: string, name: string): UsageError {
  const near = name.length > 1 ? didYouMean(name, Object.keys(ALL), "--") : "";
  return new UsageError(
    `unknown option ${rawName}: ${
      near || "see --help for those that there are"
    }`,
  );
}
