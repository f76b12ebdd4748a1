/**
 * Parsing of the values of `--for`.
 *
 * @module
 */

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../cli/terminal/usage_error.ts";
import { parseGoal } from "../../cli/_wait_goal.ts";

/** The value of a JSONPath goal, its expression, and the wanted value. */
const JSON_PATHS: readonly [string, string, string?][] = [
  ["{.status.phase}=Running", "{.status.phase}", "Running"],
  ["{.status.phase}", "{.status.phase}"],
  [".status.phase=Running", ".status.phase", "Running"],
  ['{.a[?(@.b=="c")].d}', '{.a[?(@.b=="c")].d}'],
  ['{.a[?(@.b=="c")].d}=e', '{.a[?(@.b=="c")].d}', "e"],
  ['{.a[?(@.b!="c")].d}=e', '{.a[?(@.b!="c")].d}', "e"],
  ["{.a[?(@.b<=1)].d}=e", "{.a[?(@.b<=1)].d}", "e"],
  ["{.a[?(@.b>=1)].d}", "{.a[?(@.b>=1)].d}"],
  ["a[?(@.b>=1)].d=2", "a[?(@.b>=1)].d", "2"],
  // A quote or a bracket in a string ends nothing.
  [`{.a[?(@.b=="]}=\\"")].d}=e`, `{.a[?(@.b=="]}=\\"")].d}`, "e"],
  ["{.a['b=c']}=d", "{.a['b=c']}", "d"],
  ["{.a}=b=c", "{.a}", "b=c"],
  ["{.a}=b==", "{.a}", "b=="],
  ["{.a}='=b'", "{.a}", "=b"],
  // Quotes that no shell has removed.
  ["'{.a}'=b", "{.a}", "b"],
  ["'{.a}'='b c'", "{.a}", "b c"],
  ['"{.a}"="b"', "{.a}", "b"],
  ["'{.a}=b'", "{.a}", "b"],
  ["'{.a}'", "{.a}"],
  [`'{.a[?(@.b=='c')].d}'=e`, `{.a[?(@.b=='c')].d}`, "e"],
  ["'.a'=b", ".a", "b"],
  // These are for the parser of the expression to refuse.
  ["{.a=b", "{.a=b"],
  ["{.a}x=b", "{.a}x", "b"],
];

Deno.test("parseGoal() splits a JSONPath expression from its value", () => {
  for (const [text, expression, value] of JSON_PATHS) {
    assertEquals(
      parseGoal(`jsonpath=${text}`),
      { type: "jsonpath", expression, value },
      text,
    );
  }
});

Deno.test("parseGoal() ignores quotes that no shell has removed", () => {
  assertEquals(parseGoal("'delete'"), { type: "delete" });
  for (
    const text of [
      "'condition=Ready=False'",
      "condition='Ready'='False'",
      'condition="Ready=False"',
    ]
  ) {
    assertEquals(
      parseGoal(text),
      { type: "condition", name: "Ready", value: "False" },
      text,
    );
  }
  assertEquals(
    parseGoal("'jsonpath={.a}=b'"),
    { type: "jsonpath", expression: "{.a}", value: "b" },
  );
});

/** A malformed value, and a part of the error message. */
const MISTAKES: readonly [string, string][] = [
  ["jsonpath=", "malformed condition"],
  ["jsonpath=''", "malformed condition"],
  ["jsonpath={.a}==b", "malformed condition"],
  ["jsonpath='{.a}'b", "malformed condition"],
  ["jsonpath={.a}=", "no value after"],
  ["jsonpath={.a}=''", "no value after"],
  ["jsonpath", "--for=jsonpath is incomplete"],
  ["condition=''", "has no name"],
  ["'Odd'", "unrecognized condition"],
];

Deno.test("parseGoal() throws UsageError that says what to use instead", () => {
  for (const [text, part] of MISTAKES) {
    const { message } = assertThrows(() => parseGoal(text), UsageError);
    assertStringIncludes(message, part, text);
  }
});
