/**
 * The help: complete, and fit for a terminal of 80 columns.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { parseCommand } from "../cli/arguments.ts";
import { helpText } from "../cli/help.ts";

const SERVER = ["--server", "--token", "--token-file", "--embedded"];
const SELECTION = ["--namespace", "--all-namespaces", "--selector"];

Deno.test("helpText() tells all options of a command", () => {
  const options = {
    overview: [...SERVER, "--help", "--version"],
    wait: [...SERVER, ...SELECTION, "--all", "--for", "--timeout"],
    watch: [
      ...SERVER,
      ...SELECTION,
      "--cached",
      "--output",
      "--resource-version",
    ],
  };
  for (const topic of ["overview", "wait", "watch"] as const) {
    for (const option of options[topic]) {
      assertStringIncludes(helpText(topic), `${option} `, topic);
    }
    assertStringIncludes(helpText(topic), "Exit status:", topic);
    assertStringIncludes(helpText(topic), "(kubectl: 1)", topic);
  }
});

Deno.test("helpText() fits in 80 columns", () => {
  for (const topic of ["overview", "wait", "watch"] as const) {
    const wide = helpText(topic).split("\n").filter(({ length }) =>
      length > 80
    );
    assertEquals(wide, []);
  }
});

Deno.test("helpText() has examples that are understood", () => {
  let examples = 0;
  for (const topic of ["overview", "wait", "watch"] as const) {
    for (const line of helpText(topic).split("\n")) {
      const [, text] = /^ {2}watchtools ([^|…[]+)(?:\|.*)?$/.exec(line) ?? [];
      if (text === undefined) continue;
      parseCommand(text.trim().split(/\s+/));
      examples++;
    }
  }
  assertEquals(examples >= 12, true, `${examples}`);
});
