/**
 * Events of whole objects, in each form.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import type { WatchEvent } from "../mod.ts";
import { objectPrinter } from "../cli/_object_printer.ts";
import { findResource } from "../cli/_resources.ts";
import { UsageError } from "../cli/_usage_error.ts";
import type { ObjectOutput } from "../cli/_watch_output.ts";

const OPTIONS = {
  resource: findResource("pods"),
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

async function printed(
  form: ObjectOutput,
  options: Partial<typeof OPTIONS> = {},
): Promise<string> {
  const printer = await objectPrinter(form, { ...OPTIONS, ...options });
  printer.prepare([]);
  return [ADDED, DELETED, BOOKMARK, ERROR].map((event) => printer.text(event))
    .join("");
}

const MANAGED = '"managedFields":[{"manager":"x"}],"name":"a"';

Deno.test("objectPrinter() writes objects as JSON for people", async () => {
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

Deno.test("objectPrinter() writes events as one line of JSON each, errors too", async () => {
  const object = `{"apiVersion":"v1","kind":"Pod","metadata":{${MANAGED}}}`;
  assertEquals(
    await printed({ type: "json" }, { withEvents: true }),
    `{"type":"ADDED","object":${object}}\n` +
      `{"type":"DELETED","object":${object}}\n` +
      '{"type":"ERROR","object":{"code":410}}\n',
  );
});

Deno.test("objectPrinter() parts objects in YAML", async () => {
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

Deno.test("objectPrinter() writes names, and what a template makes", async () => {
  assertEquals(await printed({ type: "name" }), "pod/a\npod/a\n");
  const template = '{.kind}/{.metadata.name}{"\\n"}';
  assertEquals(await printed({ type: "jsonpath", template }), "Pod/a\nPod/a\n");
  const bare = "{.metadata.name}";
  assertEquals(await printed({ type: "jsonpath", template: bare }), "aa");
});

Deno.test("objectPrinter() refuses a template that is malformed", async () => {
  await assertRejects(
    () => objectPrinter({ type: "jsonpath", template: "{.a" }, OPTIONS),
    UsageError,
    "malformed -o jsonpath: ",
  );
});
