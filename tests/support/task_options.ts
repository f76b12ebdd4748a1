/**
 * The arguments of the programs behind `deno task simulate` and its like: what
 * is wrong with them is said in one line, and `--help` says which there are.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- of command-line programs

/**
 * What the value of an option has to be: a whole number (`seed`), one of at
 * least 1 (`count`), a number above 0 (`positive`), any text, or none (`flag`).
 */
export type OptionKind = "seed" | "count" | "positive" | "text" | "flag";

const EXPECTED: Readonly<Record<OptionKind, string>> = {
  seed: "a whole number",
  count: "a whole number of at least 1",
  positive: "a number above 0",
  text: "a text",
  flag: "no value",
};

/** Which arguments a program takes. */
export interface TaskUsage {
  /** The whole command with all of its options, as `--help` prints it. */
  readonly usage: string;
  /** The options, such as `--seed`, and the positional arguments in order. */
  readonly options: Readonly<Record<string, OptionKind>>;
}

/** The arguments cannot be used; the message is all that a user has to see. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The arguments that were given. */
export class TaskArguments {
  readonly #values: ReadonlyMap<string, string>;

  /** @param values The values by the names of the options. */
  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values;
  }

  /** @returns Whether the option was given. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** @returns The number that was given, or else the default. */
  number(name: string, defaultValue: number): number {
    return Number(this.#values.get(name) ?? defaultValue);
  }

  /** @returns The text that was given, or else the default. */
  text(name: string, defaultValue: string): string {
    return this.#values.get(name) ?? defaultValue;
  }
}

function isOfKind(value: string | undefined, kind: OptionKind): boolean {
  if (value === undefined || value.trim() === "") return false;
  const number = Number(value);
  if (kind === "text") return true;
  if (kind === "positive") return number > 0 && Number.isFinite(number);
  return Number.isSafeInteger(number) && number >= (kind === "count" ? 1 : 0);
}

/**
 * Reads arguments: `--name value` or `--name=value`, and positional ones.
 *
 * @param args The arguments. `--` is ignored.
 * @param usage Which there are.
 * @returns The arguments.
 * @throws {UsageError} If one is unknown, or its value is not of its kind.
 */
export function readTaskArguments(
  args: readonly string[],
  { usage, options }: TaskUsage,
): TaskArguments {
  const values = new Map<string, string>();
  const positional = Object.keys(options).filter((key) => !key.startsWith("-"));
  const rest = args.filter((argument) => argument !== "--");
  for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
    const [, option, inline] = /^(--?[^=]*)(?:=(.*))?$/s.exec(next) ?? [];
    const name = option ?? positional.shift() ?? "";
    const kind = Object.hasOwn(options, name) ? options[name] : undefined;
    if (kind === undefined) {
      throw new UsageError(`Cannot use '${next}': the usage is ${usage}`);
    }
    if (kind === "flag" && inline === undefined) {
      values.set(name, "");
      continue;
    }
    const value = option === undefined ? next : inline ?? rest.shift();
    if (value === undefined || kind === "flag" || !isOfKind(value, kind)) {
      const given = value === undefined || option === undefined
        ? next
        : `${name} ${value}`;
      throw new UsageError(`Cannot use '${given}': expected ${EXPECTED[kind]}`);
    }
    values.set(name, value);
  }
  return new TaskArguments(values);
}

/**
 * Runs a program with its arguments, or says what is wrong with them.
 *
 * @param args The arguments.
 * @param usage Which there are.
 * @param main The program; it returns the exit status, and may throw a
 *   {@linkcode UsageError}.
 * @returns The exit status: 2 if the arguments cannot be used.
 */
export async function runTask(
  args: readonly string[],
  usage: TaskUsage,
  main: (given: TaskArguments) => Promise<number>,
): Promise<number> {
  if (args.includes("--help")) {
    console.log(`Usage: ${usage.usage}`);
    return 0;
  }
  try {
    return await main(readTaskArguments(args, usage));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    return 2;
  }
}
