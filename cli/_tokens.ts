/**
 * Splits a command line into options and positional arguments, like `parseArgs`
 * of `node:util` with `strict: false`, and accepts `-n=web` and `-A=false` as
 * `kubectl` does. On Deno, loading a Node module takes longer than everything
 * else that a command does before its first request.
 *
 * @module
 */

/** An option on a command line. */
export interface OptionToken {
  readonly kind: "option";
  /** The index of the argument that contains it. */
  readonly index: number;
  /** Its name; the letter if that is not the short form of an option. */
  readonly name: string;
  /** As it was written: `"--all"`, `"-A"`. */
  readonly rawName: string;
  /** Its value; undefined if it has none. */
  readonly value: string | undefined;
  /** Whether the value is part of the same argument. */
  readonly inlineValue: boolean;
}

/** A positional argument on a command line. */
export interface PositionalToken {
  readonly kind: "positional";
  /** The index of the argument. */
  readonly index: number;
  /** The argument. */
  readonly value: string;
}

/**
 * Splits a command line.
 *
 * @param args The arguments.
 * @param options The known options; an unknown option has a value only after an
 *   equals sign.
 * @returns The options and positional arguments, in order.
 */
export function tokensOf(
  args: readonly string[],
  options: Options,
): (OptionToken | PositionalToken)[] {
  const tokens: (OptionToken | PositionalToken)[] = [];
  let index = 0;
  const pushPositional = () => {
    tokens.push({ kind: "positional", index, value: args[index] ?? "" });
  };
  for (; index < args.length && args[index] !== "--"; index++) {
    const arg = args[index] ?? "";
    if (/^-./.test(arg)) {
      const found = optionsIn(arg, { index, next: args[index + 1], options });
      tokens.push(...found);
      if (takesNext(found.at(-1))) index++;
    } else {
      pushPositional();
    }
  }
  // After `--`, every argument is positional.
  for (index++; index < args.length; index++) pushPositional();
  return tokens;
}

/** An argument's position, and what is needed to parse it. */
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

/** `-x`, `-x VALUE`, `-xVALUE`, `-x=VALUE`, or several letters: `-xyz`. */
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

/** The definition of an option, like those of `parseArgs` in `node:util`. */
export interface Option {
  /** Whether it takes a value; a boolean option also accepts `--all=false`. */
  readonly type: "string" | "boolean";
  /** Its short form, a single letter. */
  readonly short?: string;
  /**
   * Whether an empty value means that the option is not specified. Scripts pass
   * variables that may be empty, and `kubectl` accepts them.
   */
  readonly ignoreEmpty?: boolean;
}

/** Option definitions by name. */
export type Options = Readonly<Record<string, Option>>;
