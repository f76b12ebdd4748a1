import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type KubernetesObject, metaNamespaceKey } from "../../mod.ts";

const KEYS: [
  what: string,
  metadata: KubernetesObject["metadata"],
  key: string,
][] = [
  ["a namespace", { name: "web", namespace: "default" }, "default/web"],
  ["no namespace", { name: "node-1" }, "node-1"],
  ["an empty namespace", { name: "node-1", namespace: "" }, "node-1"],
];

for (const [what, metadata, key] of KEYS) {
  Deno.test(`metaNamespaceKey() gives ${key} when the object has ${what}`, () => {
    assertEquals(metaNamespaceKey({ metadata }), key);
  });
}

const NAMELESS: KubernetesObject[] = [
  { kind: "Pod" },
  { kind: "Pod", metadata: {} },
  { kind: "Pod", metadata: { name: "", namespace: "default" } },
];

for (const object of NAMELESS) {
  Deno.test(`metaNamespaceKey() throws TypeError when given ${JSON.stringify(object)}`, () => {
    const { message } = assertThrows(() => metaNamespaceKey(object), TypeError);
    assertStringIncludes(message, "Pod");
    assertStringIncludes(message, "metadata.name");
  });
}
