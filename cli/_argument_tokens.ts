/**
 * An argument list, split into options and words as `kubectl` splits it:
 * `--name value`, `--name=value`, `-n value`, `-nvalue`, `-n=value`, `-AR`,
 * `-R=false`, and `--`, behind which all are words. It is done here, since
 * `node:util` takes Deno longer to load than all the rest of a command line.
 *
 * @module
 */

import type { Option, Options } from "./_options.ts";

/** A piece of an argument list. */
export type ArgumentToken =
  | {
    readonly type: "word";
    readonly text: string;
    /** Which of the arguments it is. */
    readonly index: number;
  }
  | {
    readonly type: "option";
    /** Its name, or the letter where there is no such option. */
    readonly name: string;
    /** As it was written: `"--all"`, `"-A"`. */
    readonly rawName: string;
    /** Its value; undefined where there is none. */
    readonly value: string | undefined;
    /** Whether the value is in the same argument. */
    readonly isInline: boolean;
  };

/**
 * Splits an argument list.
 *
 * @param args The arguments.
 * @param options The options that there are; others are taken to have no value
 *   but one behind an equal sign.
 * @returns The pieces, in order.
 */
export function argumentTokens(
  args: readonly string[],
  options: Options,
): ArgumentToken[] {
  const tokens: ArgumentToken[] = [];
  for (let index = 0; index < args.length; index++) {
    const text = args[index] ?? "";
    if (text === "--") {
      for (const [behind, word] of args.slice(index + 1).entries()) {
        tokens.push({ type: "word", text: word, index: index + 1 + behind });
      }
      break;
    }
    const found = text.startsWith("--")
      ? [longOption(text, options)]
      : /^-./.test(text)
      ? shortOptions(text, options)
      : undefined;
    if (found === undefined) {
      tokens.push({ type: "word", text, index });
      continue;
    }
    const last = found.at(-1);
    const needsNext = last?.option?.type === "string" &&
      last.value === undefined;
    if (needsNext) index++;
    for (const { option: _, ...token } of found) {
      const isLast = token.name === last?.name && needsNext;
      tokens.push({
        type: "option",
        ...token,
        value: isLast ? args[index] : token.value,
        isInline: token.value !== undefined,
      });
    }
  }
  return tokens;
}

interface FoundOption {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly option: Option | undefined;
}

function longOption(text: string, options: Options): FoundOption {
  const equals = text.indexOf("=");
  const rawName = equals < 0 ? text : text.slice(0, equals);
  const name = rawName.slice(2);
  return {
    name,
    rawName,
    value: equals < 0 ? undefined : text.slice(equals + 1),
    option: Object.hasOwn(options, name) ? options[name] : undefined,
  };
}

/** Several letters may share a dash; the rest may be the value of the last. */
function shortOptions(text: string, options: Options): FoundOption[] {
  const found: FoundOption[] = [];
  for (let at = 1; at < text.length; at++) {
    const letter = text[at] ?? "";
    const [name, option] = Object.entries(options).find(([, { short }]) =>
      short === letter
    ) ??
      [letter, undefined];
    const rest = text.slice(at + 1);
    const takesRest = rest.startsWith("=") ||
      (option?.type === "string" && rest !== "");
    const value = takesRest ? rest.replace(/^=/, "") : undefined;
    found.push({ name, rawName: `-${letter}`, value, option });
    if (takesRest) break;
  }
  return found;
}
