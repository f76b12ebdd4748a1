/**
 * Parsing of the arguments of `watch`.
 *
 * @module
 */

import {
  assertEquals,
  assertObjectMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { parseCommandLine } from "../../cli/arguments.ts";
import { UsageError } from "../../cli/terminal/usage_error.ts";
import { watchArguments } from "../../cli/_watch_arguments.ts";

function parse(args: readonly string[]) {
  const line = parseCommandLine(["watch", ...args]);
  if (line.type !== "run") throw new Error(`not to be run: ${args}`);
  return watchArguments(line.given);
}

/** Arguments, and a part of the result. */
const VALID: readonly [readonly string[], Record<string, unknown>][] = [
  [["pods", "-s=http://x"], {
    output: { type: "table", table: { wide: false } },
    resourceVersion: undefined,
    mode: "events",
  }],
  [["pods", "--cached", "--embedded"], { mode: "cached" }],
  [["pods", "--live", "-A", "-owide", "--embedded"], {
    mode: "live",
    output: { table: { wide: true } },
  }],
  [["pods", "--embedded", "-oname"], { output: { form: { type: "name" } } }],
  [["pods", "--embedded", "--field-selector=spec.nodeName=n"], {
    selection: { fieldSelector: "spec.nodeName=n" },
  }],
  [["pods", "--embedded", "--resource-version=12"], {
    resourceVersion: "12",
  }],
];

Deno.test("watchArguments() parses arguments", () => {
  for (const [args, expected] of VALID) {
    assertObjectMatch({ ...parse(args) }, expected, args.join(" "));
  }
});

/** Invalid arguments, and a part of the error message. */
const MISTAKES: readonly [readonly string[], string][] = [
  [["--embedded"], "nothing to watch"],
  [
    ["pods", "-s", "x", "--token=t", "--token-file=f"],
    "--token and --token-file are mutually exclusive",
  ],
  [["pods,svc", "--embedded"], "takes one RESOURCE"],
  [["pod/a", "pod/b", "--embedded"], "takes one RESOURCE"],
  [["pods", "-o", "xml", "--embedded"], 'unknown output format "xml"'],
  [["pods", "--live", "-o", "json", "--embedded"], "omit -o"],
  [
    ["pods", "--live", "--output-watch-events", "--embedded"],
    "omit --output-watch-events",
  ],
  [
    ["pods", "--live", "--resource-version=5", "--embedded"],
    "--live and --resource-version are mutually exclusive",
  ],
  [
    ["pod/a", "--field-selector=a=b", "--embedded"],
    "--field-selector and a name (pod/a) are mutually exclusive",
  ],
  [["pods", "--resource-version=0", "--embedded"], "malformed"],
  [
    ["pods", "--cached", "--resource-version=5", "--embedded"],
    "a cache starts from the existing objects; omit one of them",
  ],
  [["pods", "--resource-version=x", "--embedded"], "malformed"],
];

Deno.test("watchArguments() throws UsageError that says what to use instead", () => {
  for (const [args, text] of MISTAKES) {
    const error = assertThrows(() => parse(args), UsageError);
    assertStringIncludes(error.message, text, args.join(" "));
    assertEquals(error.message.includes("\n"), false, args.join(" "));
  }
});

Deno.test("watchArguments() does not repeat a token in errors", () => {
  const secret = "eyJhbGciOiJSUzI1NiJ9";
  const args = ["pods", "--embedded", "--token", secret];
  const { message } = assertThrows(() => parse(args), UsageError);
  assertEquals(message.includes(secret), false, message);
});
