/**
 * Parsing of the output options of `watch`.
 *
 * @module
 */

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseCommandLine } from "../../cli/arguments.ts";
import { UsageError } from "../../cli/terminal/usage_error.ts";
import { parseWatchOutput } from "../../cli/_watch_output.ts";

function parse(...args: readonly string[]) {
  const line = parseCommandLine(["watch", "pods", ...args]);
  if (line.type !== "run") throw new Error(`not to be run: ${args}`);
  return parseWatchOutput(line.given);
}

const TABLE = {
  wide: false,
  noHeaders: false,
  withEvents: false,
  labelColumns: [] as string[],
  showLabels: false,
};

Deno.test("parseWatchOutput() parses tables", () => {
  const cases: readonly [readonly string[], Partial<typeof TABLE>][] = [
    [[], {}],
    [["-o", "table", "--no-headers"], { noHeaders: true }],
    [["-owide", "--show-labels"], { wide: true, showLabels: true }],
    [["-L", "a,b", "-L", "c"], { labelColumns: ["a", "b", "c"] }],
    [["--output-watch-events"], { withEvents: true }],
  ];
  for (const [args, table] of cases) {
    const expected = { type: "table", table: { ...TABLE, ...table } } as const;
    assertEquals(parse(...args), expected, args.join(" "));
  }
});

Deno.test("parseWatchOutput() parses object formats", () => {
  const form = (...args: readonly string[]) => {
    const output = parse(...args);
    return output.type === "objects" ? output.form : undefined;
  };
  assertEquals(form("-o", "json"), { type: "json" });
  assertEquals(form("-o", "YAML"), { type: "yaml" });
  assertEquals(form("-o", "name"), { type: "name" });
  assertEquals(form("-o", "jsonpath={.a}={.b}"), {
    type: "jsonpath",
    template: { text: "{.a}={.b}" },
    asJson: false,
    allowMissingKeys: true,
  });
  const output = parse("-ojson", "--output-watch-events");
  assertEquals(output.type === "objects" && output.withEvents, true);
});

Deno.test("parseWatchOutput() throws UsageError that says what to use instead", () => {
  const cases: readonly [readonly string[], string][] = [
    [
      ["-o", "xml"],
      'unknown output format "xml": allowed formats are wide, name, json',
    ],
    [["-o", "json=x"], 'unknown output format "json=x"'],
    [["-o", "wide=x"], 'unknown output format "wide=x"'],
    [["-o", "jsonpath"], "requires a template"],
    [["-o", "json", "--show-labels"], "--show-labels applies to tables"],
    [["--template={{.}}"], "Go templates require Go"],
  ];
  for (const [args, text] of cases) {
    const error = assertThrows(() => parse(...args), UsageError);
    assertStringIncludes(error.message, text);
  }
});
