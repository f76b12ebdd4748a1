/**
 * Splits a command line into options and words as `node:util`'s `parseArgs`
 * does when it is not strict, and takes `-n=web` and `-A=false` as `kubectl`
 * does. On Deno the first use of anything of Node's takes
 * longer than all else that a command does before its first request.
 *
 * @module
 */

/** An option on a command line. */
export interface OptionToken {
  readonly kind: "option";
  /** Which argument it is in. */
  readonly index: number;
  /** Its name; the letter alone where that stands for none. */
  readonly name: string;
  /** As it was written: `"--all"`, `"-A"`. */
  readonly rawName: string;
  /** Its value, where it has one. */
  readonly value: string | undefined;
  /** Whether the value is in the same argument. */
  readonly inlineValue: boolean;
}

/** A word on a command line. */
export interface WordToken {
  readonly kind: "positional";
  /** Which argument it is. */
  readonly index: number;
  /** The word. */
  readonly value: string;
}

/**
 * Splits a command line.
 *
 * @param args The arguments.
 * @param options The options that there are; any other one has a value only
 *   behind an equals sign.
 * @returns What the arguments are, in order.
 */
export function tokensOf(
  args: readonly string[],
  options: Options,
): (OptionToken | WordToken)[] {
  const tokens: (OptionToken | WordToken)[] = [];
  let index = 0;
  const word = () => {
    tokens.push({ kind: "positional", index, value: args[index] ?? "" });
  };
  for (; index < args.length && args[index] !== "--"; index++) {
    const arg = args[index] ?? "";
    if (/^-./.test(arg)) {
      const found = optionsIn(arg, { index, next: args[index + 1], options });
      tokens.push(...found);
      if (takesNext(found.at(-1))) index++;
    } else {
      word();
    }
  }
  // Behind the two hyphens, everything is a word.
  for (index++; index < args.length; index++) word();
  return tokens;
}

/** Where an argument stands. */
interface Place {
  index: number;
  next: string | undefined;
  options: Options;
}

function takesNext(token: OptionToken | undefined): boolean {
  return token?.value !== undefined && !token.inlineValue;
}

function optionsIn(arg: string, place: Place): OptionToken[] {
  return arg.startsWith("--")
    ? [longOption(arg, place)]
    : shortOptions(arg.slice(1), place);
}

/** `--name`, `--name VALUE`, `--name=VALUE`. */
function longOption(arg: string, place: Place): OptionToken {
  const equals = arg.indexOf("=", 3);
  const rawName = equals < 0 ? arg : arg.slice(0, equals);
  const value = equals < 0 ? undefined : arg.slice(equals + 1);
  return option(rawName.slice(2), rawName, value, place);
}

/** `-x`, `-x VALUE`, `-xVALUE`, `-x=VALUE`, or several of a letter: `-xyz`. */
function shortOptions(letters: string, place: Place): OptionToken[] {
  const tokens: OptionToken[] = [];
  for (let at = 0; at < letters.length; at++) {
    const letter = letters.charAt(at);
    const name = longName(letter, place.options);
    const rest = letters.slice(at + 1) || undefined;
    const hasValue = typeOf(name, place.options) === "string" ||
      rest?.startsWith("=") === true;
    const value = hasValue ? rest?.replace(/^=/, "") : undefined;
    tokens.push(option(name, `-${letter}`, value, place));
    if (hasValue) break;
  }
  return tokens;
}

function option(
  name: string,
  rawName: string,
  inline: string | undefined,
  { index, next, options }: Place,
): OptionToken {
  const value = inline ??
    (typeOf(name, options) === "string" ? next : undefined);
  const inlineValue = inline !== undefined;
  return { kind: "option", index, name, rawName, value, inlineValue };
}

function longName(letter: string, options: Options): string {
  const found = Object.entries(options).find(([, { short }]) =>
    short === letter
  );
  return found?.[0] ?? letter;
}

function typeOf(name: string, options: Options): string | undefined {
  return Object.hasOwn(options, name) ? options[name]?.type : undefined;
}

/** An option, as `node:util`'s `parseArgs` has it. */
export interface Option {
  /** Whether it has a value; `--all=false` takes a boolean one back. */
  readonly type: "string" | "boolean";
  /** Its one letter. */
  readonly short?: string;
  /**
   * Whether an empty value is as none: scripts pass on variables that may be
   * empty, and `kubectl` takes them so.
   */
  readonly mayBeEmpty?: boolean;
}

/** Options by name. */
export type Options = Readonly<Record<string, Option>>;
