/**
 * Parsing of command lines.
 *
 * @module
 */

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseCommandLine } from "../../cli/arguments.ts";
import { UsageError } from "../../cli/terminal/usage_error.ts";

/** The arguments, the type of the command line, and the command. */
const LINES: readonly [readonly string[], string, string | undefined][] = [
  [[], "help", undefined],
  [["--help"], "help", undefined],
  [["-h"], "help", undefined],
  [["help"], "help", undefined],
  [["help", "watch"], "help", "watch"],
  [["wait", "--help"], "help", "wait"],
  [["watch", "pods", "-h"], "help", "watch"],
  [["--version"], "version", undefined],
  [["wait", "pod/web", "--for=delete"], "run", "wait"],
  [["-s", "wait", "watch", "pods"], "run", "watch"],
];

Deno.test("parseCommandLine() finds the command", () => {
  for (const [args, type, name] of LINES) {
    const line = parseCommandLine(args);
    const command = line.type === "version" ? undefined : line.command;
    assertEquals([line.type, command?.name], [type, name], args.join(" "));
  }
});

Deno.test("parseCommandLine() separates positional arguments and options", () => {
  const line = parseCommandLine(
    ["-n", "a", "wait", "x", "--all", "y", "-n=b", "-lc=d", "--", "--z"],
  );
  if (line.type !== "run") throw new Error(line.type);
  const { given } = line;
  assertEquals(given.positionals, ["x", "y", "--z"]);
  assertEquals(given.values("namespace"), ["a", "b"]);
  assertEquals(given.value("namespace"), "b");
  assertEquals(given.value("selector"), "c=d");
  assertEquals(given.value("for"), undefined);
  assertEquals([given.isOn("all"), given.isOn("embedded")], [true, false]);
});

Deno.test("parseCommandLine() accepts --option=false", () => {
  for (const [text, on] of [["=true", true], ["=F", false], ["", true]]) {
    const line = parseCommandLine(["wait", `--all${text}`]);
    assertEquals(line.type === "run" && line.given.isOn("all"), on);
  }
  assertEquals(parseCommandLine(["wait", "--help=false"]).type, "run");
});

Deno.test("parseCommandLine() ignores an empty namespace", () => {
  for (const empty of [["-n", ""], ["--namespace="]]) {
    const line = parseCommandLine(["wait", "x", "-n", "a", ...empty]);
    if (line.type !== "run") throw new Error(line.type);
    assertEquals(line.given.has("namespace"), false);
    assertEquals(line.given.positionals, ["x"]);
  }
});

/** Invalid arguments, and a part of the error message. */
const MISTAKES: readonly [readonly string[], string][] = [
  [["wach"], "did you mean watch?"],
  [["frobnicate"], "available commands are wait, watch and rollout"],
  [["--embedded"], "no command specified for --embedded"],
  [["wait", "pod/web", "--fro=delete"], "did you mean --for?"],
  [["wait", "pod/web", "--frobnicate"], "unknown option --frobnicate"],
  [["wait", "pod/web", "--toString"], "unknown option --toString"],
  [["wait", "pod/web", "-z"], "unknown option -z"],
  [["wait", "pod/web", "--cached"], "wait has no option --cached"],
  [["watch", "pods", "--timeout=1s"], "watch has no option --timeout"],
  [["wait", "pod/web", "-l", ""], "-l requires a value"],
  [["wait", "pod/web", "--for", "--embedded"], "another option follows"],
  [["wait", "pod/web", "--embedded", "--for"], "--for requires a value"],
  [["wait", "pod/web", "--embedded=no"], "--embedded must be true or false"],
];

Deno.test("parseCommandLine() throws UsageError that says what to use instead", () => {
  for (const [args, text] of MISTAKES) {
    const error = assertThrows(() => parseCommandLine(args), UsageError);
    assertStringIncludes(error.message, text, args.join(" "));
    assertEquals(error.message.includes("\n"), false, args.join(" "));
  }
});

Deno.test("parseCommandLine() does not repeat a token in errors", () => {
  const secret = "eyJhbGciOiJSUzI1NiJ9";
  const lines = [
    ["wait", "pod/web", `--tokn=${secret}`],
    ["wait", "pod/web", "--token", secret, "--all=maybe"],
    [`--token=${secret}`],
  ];
  for (const args of lines) {
    const { message } = assertThrows(() => parseCommandLine(args), UsageError);
    assertEquals(message.includes(secret), false, message);
  }
});
