/**
 * How an argument list is split.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { argumentTokens } from "../cli/_argument_tokens.ts";
import type { Options } from "../cli/_options.ts";

const OPTIONS: Options = {
  "namespace": { type: "string", short: "n" },
  "all": { type: "boolean", short: "A" },
  "recursive": { type: "boolean", short: "R" },
};

/** The arguments, and the pieces: a word, or an option and its value. */
const SPLIT: readonly [readonly string[], readonly string[]][] = [
  [[], []],
  [["a", "-", "b"], ["a", "-", "b"]],
  [["--namespace", "x", "y"], ["--namespace: x", "y"]],
  [["--namespace=x", "y"], ["--namespace:=x", "y"]],
  [["--namespace="], ["--namespace:="]],
  [["--namespace"], ["--namespace"]],
  [["--namespace", "--all"], ["--namespace: --all"]],
  [["-n", "x", "-nx", "-n=x", "-n", "=x"], [
    "-n: x",
    "-n:=x",
    "-n:=x",
    "-n: =x",
  ]],
  [["-AR", "x"], ["-A", "-R", "x"]],
  [["-An", "x", "-Anx"], ["-A", "-n: x", "-A", "-n:=x"]],
  [["-AR=false", "--all=true"], ["-A", "-R:=false", "--all:=true"]],
  [["-nn", "x"], ["-n:=n", "x"]],
  [["--other", "x", "--other=x", "-z", "x", "-z=x"], [
    "--other",
    "x",
    "--other:=x",
    "-z",
    "x",
    "-z:=x",
  ]],
  [["--toString", "x"], ["--toString", "x"]],
  [["-n", "x", "--", "-n", "--all"], ["-n: x", "-n", "--all"]],
];

Deno.test("argumentTokens() splits as kubectl does", () => {
  for (const [args, expected] of SPLIT) {
    const pieces = argumentTokens(args, OPTIONS).map((token) =>
      token.type === "word"
        ? token.text
        : token.value === undefined
        ? token.rawName
        : `${token.rawName}:${token.isInline ? "=" : " "}${token.value}`
    );
    assertEquals(pieces, expected, args.join(" "));
  }
});

Deno.test("argumentTokens() knows where words stand", () => {
  const tokens = argumentTokens(["-n", "x", "a", "--", "b"], OPTIONS);
  assertEquals(
    tokens.flatMap((token) => token.type === "word" ? token.index : []),
    [2, 4],
  );
});

Deno.test("argumentTokens() finds options by their letters", () => {
  const tokens = argumentTokens(["-R", "-z"], OPTIONS);
  assertEquals(
    tokens.flatMap((token) => token.type === "option" ? token.name : []),
    ["recursive", "z"],
  );
});
