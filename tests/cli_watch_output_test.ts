/**
 * Forms of output, as the command line says them.
 *
 * @module
 */

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../cli/_usage_error.ts";
import { type OutputOptions, watchOutput } from "../cli/_watch_output.ts";

const NOTHING: OutputOptions = {
  output: undefined,
  withEvents: false,
  noHeaders: false,
  showLabels: false,
  labelColumns: [],
  showManagedFields: false,
  withNamespace: false,
};
const TABLE = {
  wide: false,
  noHeaders: false,
  withNamespace: false,
  withEvents: false,
  labelColumns: [],
  showLabels: false,
};

Deno.test("watchOutput() understands tables", () => {
  const table = (options: Partial<OutputOptions>) => {
    const output = watchOutput({ ...NOTHING, ...options });
    return output.type === "table" ? output.table : output.type;
  };
  assertEquals(table({}), TABLE);
  assertEquals(table({ output: "table", noHeaders: true }), {
    ...TABLE,
    noHeaders: true,
  });
  assertEquals(table({ output: "wide", showLabels: true }), {
    ...TABLE,
    wide: true,
    showLabels: true,
  });
  assertEquals(table({ labelColumns: ["a,b", "c"], withEvents: true }), {
    ...TABLE,
    labelColumns: ["a", "b", "c"],
    withEvents: true,
  });
});

Deno.test("watchOutput() understands whole objects", () => {
  const form = (output: string) => {
    const outcome = watchOutput({ ...NOTHING, output, withEvents: true });
    return outcome.type === "objects" && outcome.withEvents && outcome.form;
  };
  assertEquals(form("json"), { type: "json" });
  assertEquals(form("YAML"), { type: "yaml" });
  assertEquals(form("name"), { type: "name" });
  assertEquals(form("jsonpath={.a}={.b}"), {
    type: "jsonpath",
    template: "{.a}={.b}",
  });
});

Deno.test("watchOutput() says what to write instead", () => {
  const cases: readonly [Partial<OutputOptions>, string][] = [
    [{ output: "xml" }, 'unknown output "xml": -o takes wide, json'],
    [{ output: "json=x" }, 'unknown output "json=x"'],
    [{ output: "wide=x" }, 'unknown output "wide=x"'],
    [{ output: "jsonpath" }, "needs a template"],
    [{ output: "jsonpath=" }, "needs a template"],
    [{ output: "json", showLabels: true }, "--show-labels is for tables"],
  ];
  for (const [options, text] of cases) {
    const error = assertThrows(
      () => watchOutput({ ...NOTHING, ...options }),
      UsageError,
    );
    assertStringIncludes(error.message, text);
  }
});
