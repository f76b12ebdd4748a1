// `tokensOf()` agrees with Node's `parseArgs`, except for `=` after a short
// option, which kubectl accepts.

import { parseArgs } from "node:util";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Options, tokensOf } from "../../cli/_tokens.ts";

const OPTIONS: Options = {
  all: { type: "boolean", short: "A" },
  help: { type: "boolean", short: "h" },
  namespace: { type: "string", short: "n" },
  for: { type: "string" },
};

/** What Node finds, without the `--` token. */
function nodes(args: string[]): unknown[] {
  const { tokens } = parseArgs({
    args,
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  return tokens.flatMap<unknown>((token) => {
    if (token.kind === "option-terminator") return [];
    if (token.kind === "positional") return [{ ...token }];
    const { value, inlineValue = false } = token;
    return [{ ...token, value, inlineValue }];
  });
}

const LINES: [line: string, words: string[], options: string[]][] = [
  ["wait pod/a -n web --all", ["wait", "pod/a"], ["-n web", "--all"]],
  ["-nweb --for=delete", [], ["-n web", "--for delete"]],
  ["--for= x", ["x"], ["--for "]],
  ["-Ahn web x", ["x"], ["-A", "-h", "-n web"]],
  ["-hnweb", [], ["-h", "-n web"]],
  ["-n -A", [], ["-n -A"]],
  ["--namespace -- x", ["x"], ["--namespace --"]],
  ["a -- -n --all", ["a", "-n", "--all"], []],
  ["-x --fro y --fro=y", ["y"], ["-x", "--fro", "--fro y"]],
  ["--all=false - -n", ["-"], ["--all false", "-n"]],
  ["-n=web -An=web", [], ["-n web", "-A", "-n web"]],
  ["-A=false -hA=false -x=y", [], ["-A false", "-h", "-A false", "-x y"]],
  ["--constructor x", ["x"], ["--constructor"]],
];

for (const [line, words, options] of LINES) {
  Deno.test(`tokensOf() splits ${line}`, () => {
    const tokens = tokensOf(line.split(" "), OPTIONS);
    const found: Record<"words" | "options", string[]> = {
      words: [],
      options: [],
    };
    for (const token of tokens) {
      if (token.kind === "positional") found.words.push(token.value);
      else {
        const { rawName, value } = token;
        found.options.push(
          value === undefined ? rawName : `${rawName} ${value}`,
        );
      }
    }
    assertEquals(found, { words, options });
  });
}

Deno.test("tokensOf() agrees with Node's parseArgs", () => {
  const letters = fc.string({
    unit: fc.constantFrom(..."Ahnx"),
    maxLength: 4,
  });
  const names = fc.constantFrom("all", "for", "namespace", "fro", "toString");
  const args = fc.array(
    fc.oneof(
      fc.constantFrom("", "-", "--", "---", "--=", "--=x", "web", "a=b"),
      letters.map((text) => `-${text}`),
      names.map((name) => `--${name}`),
      fc.tuple(names, letters).map(([name, text]) => `--${name}=${text}`),
    ),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(args, (args) => {
      assertEquals(tokensOf(args, OPTIONS), nodes(args));
    }),
    { numRuns: 3000 },
  );
});
