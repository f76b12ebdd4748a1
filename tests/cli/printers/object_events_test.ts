/**
 * Events of whole objects, in each output format.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import type { WatchEvent } from "../../../mod.ts";
import type { ObjectOutput } from "../../../cli/printers/output.ts";
import { objectEventPrinter } from "../../../cli/printers/object_events.ts";
import { UsageError } from "../../../cli/terminal/usage_error.ts";
import { resourceNamed } from "../../support/cli_resources.ts";

const OPTIONS = {
  resource: resourceNamed("pods"),
  withEvents: false,
  showManagedFields: false,
};
const ADDED: WatchEvent = {
  type: "ADDED",
  object: {
    kind: "Pod",
    apiVersion: "v1",
    metadata: { name: "a", managedFields: [{ manager: "x" }] },
  },
};
const DELETED: WatchEvent = { ...ADDED, type: "DELETED" };
const ERROR: WatchEvent = { type: "ERROR", object: { code: 410 } };
const BOOKMARK: WatchEvent = { type: "BOOKMARK", object: { metadata: {} } };

function jsonPath(text: string): ObjectOutput {
  const template = { text };
  return { type: "jsonpath", template, asJson: false, allowMissingKeys: true };
}

async function printed(
  form: ObjectOutput,
  options: Partial<typeof OPTIONS> = {},
): Promise<string> {
  const printer = await objectEventPrinter({ ...OPTIONS, form, ...options });
  printer.prepare([]);
  return [ADDED, DELETED, BOOKMARK, ERROR].map((event) => printer.text(event))
    .join("");
}

const MANAGED = '"managedFields":[{"manager":"x"}],"name":"a"';

Deno.test("objectEventPrinter() prints objects as indented JSON", async () => {
  const object = `{
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "a"
    }
}
`;
  assertEquals(await printed({ type: "json" }), object.repeat(2));
});

Deno.test("objectEventPrinter() prints each event, including errors, as a line of JSON", async () => {
  const object = `{"apiVersion":"v1","kind":"Pod","metadata":{${MANAGED}}}`;
  assertEquals(
    await printed({ type: "json" }, { withEvents: true }),
    `{"type":"ADDED","object":${object}}\n` +
      `{"type":"DELETED","object":${object}}\n` +
      '{"type":"ERROR","object":{"code":410}}\n',
  );
});

Deno.test("objectEventPrinter() separates objects in YAML", async () => {
  const object = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n";
  assertEquals(await printed({ type: "yaml" }), `${object}---\n${object}`);
  const whole =
    "apiVersion: v1\nkind: Pod\nmetadata:\n  managedFields:\n  - manager: x\n  name: a\n";
  assertEquals(
    await printed({ type: "yaml" }, { showManagedFields: true }),
    `${whole}---\n${whole}`,
  );
  const event = (type: string) =>
    `object:\n  ${whole.trimEnd().replaceAll("\n", "\n  ")}\ntype: ${type}\n`;
  assertEquals(
    await printed({ type: "yaml" }, { withEvents: true }),
    [event("ADDED"), event("DELETED"), "object:\n  code: 410\ntype: ERROR\n"]
      .join("---\n"),
  );
});

Deno.test("objectEventPrinter() prints names and templates", async () => {
  assertEquals(await printed({ type: "name" }), "pod/a\npod/a\n");
  const lines = jsonPath('{.kind}/{.metadata.name}{"\\n"}');
  assertEquals(await printed(lines), "Pod/a\nPod/a\n");
  assertEquals(await printed(jsonPath("{.metadata.name}")), "aa");
});

Deno.test("objectEventPrinter() throws if a template is malformed", async () => {
  await assertRejects(
    () => objectEventPrinter({ ...OPTIONS, form: jsonPath("{.a") }),
    UsageError,
    "malformed jsonpath template: ",
  );
});
