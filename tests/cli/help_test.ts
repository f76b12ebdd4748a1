/**
 * The help texts: complete, and at most 80 columns wide.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { parseCommandLine } from "../../cli/arguments.ts";
import { COMMANDS, SERVER_OPTIONS } from "../../cli/_registry.ts";
import type { CommandEntry } from "../../cli/_command_module.ts";
import { helpText } from "../../cli/help.ts";

/** Each help text, with its topic and command. */
async function texts(): Promise<[string, string, CommandEntry | undefined][]> {
  const topics = [undefined, ...COMMANDS];
  return await Promise.all(topics.map(async (command) => [
    command?.name ?? "overview",
    await helpText(command),
    command,
  ]));
}

Deno.test("helpText() lists all options of a command", async () => {
  for (const [topic, text, command] of await texts()) {
    const names = command === undefined
      ? ["help", "version", ...Object.keys(SERVER_OPTIONS)]
      : Object.keys(command.options).filter((name) => name !== "help");
    for (const name of names) {
      assertEquals(new RegExp(`--${name}\\b`).test(text), true, topic + name);
    }
    assertStringIncludes(text, "Exit status:", topic);
    assertStringIncludes(text, "(kubectl: 1)", topic);
  }
});

Deno.test("helpText() fits in 80 columns", async () => {
  for (const [topic, text] of await texts()) {
    const wide = text.split("\n").filter(({ length }) => length > 80);
    assertEquals(wide, [], topic);
  }
});

Deno.test("helpText() contains valid examples", async () => {
  let examples = 0;
  for (const [topic, text] of await texts()) {
    for (const line of text.split("\n")) {
      const [, args] = /^ {2}watchtools ([^|…[]+)(?:\|.*)?$/.exec(line) ?? [];
      if (args === undefined) continue;
      const parsed = parseCommandLine(args.trim().split(/\s+/));
      if (parsed.type === "run") {
        (await parsed.command.load()).prepare(parsed.given);
      }
      assertEquals(parsed.type === "version", false, topic);
      examples++;
    }
  }
  assertEquals(examples >= 12, true, `${examples}`);
});
