/**
 * Manifests that identify objects.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import type { Selection } from "../../../cli/resources/selection.ts";
import { readManifests } from "../../../cli/resources/manifests.ts";
import { ResourceFinder } from "../../../cli/resources/resource_finder.ts";

const PLACE = {
  namespace: "team",
  resources: new ResourceFinder(() => {
    throw new Error("unexpected request");
  }),
};

/** Reads manifests of built-in kinds. */
async function read(
  paths: readonly string[],
  options: { text?: string; namespace?: string; recursive?: boolean } = {},
): Promise<string[]> {
  const { text, namespace, recursive = true } = options;
  const selection: Selection = {
    resourceArguments: [],
    namespace,
    allNamespaces: false,
    labelSelector: undefined,
    fieldSelector: undefined,
  };
  const manifests = { paths, recursive };
  const targets = await readManifests(manifests, selection, PLACE, text);
  return targets.map(({ resource, namespace, name }) =>
    [resource.plural, namespace ?? "-", name].join(" ")
  );
}

/** A manifest, and the objects in it. */
const TEXTS: readonly [string, readonly string[]][] = [
  ["", []],
  ["# nothing\n---\n", []],
  ["{apiVersion: v1, kind: Pod, metadata: {name: a}}", ["pods team a"]],
  ['{"apiVersion":"v1","kind":"Node","metadata":{"name":"n"}}', ["nodes - n"]],
  [
    '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}\n{"apiVersion":"v1","kind":"Pod","metadata":{"name":"b"}}\n',
    ["pods team a", "pods team b"],
  ],
  [
    "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d\n",
    ["pods x a", "deployments team d"],
  ],
  [
    "x-base: &base {apiVersion: v1, kind: Pod}\n<<: *base\nmetadata: {name: a}\n",
    ["pods team a"],
  ],
  [
    "apiVersion: v1\nkind: Pod\nmetadata: {labels: {x: a, x: b}, name: a, name: b}\n",
    ["pods team b"],
  ],
  [
    "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod, metadata: {name: a}}, {apiVersion: v1, kind: Service, metadata: {name: s}}]}",
    ["pods team a", "services team s"],
  ],
  [
    "{apiVersion: apps/v1, kind: DeploymentList, items: [{metadata: {name: a}}]}",
    ["deployments team a"],
  ],
];

Deno.test("readManifests() finds the objects in manifests", async () => {
  for (const [text, expected] of TEXTS) {
    assertEquals(await read(["-"], { text }), expected, text);
  }
});

/** An invalid manifest, and a part of the error message. */
const MISTAKES: readonly [string, string][] = [
  ["a: b: hunter2", "invalid YAML (line 1)"],
  ["a: [hunter2", "invalid YAML"],
  ["a: b", "Object 'Kind' is missing"],
  ["kind: Pod", "Object 'apiVersion' is missing"],
  ["hunter2", "Object 'Kind' is missing"],
  ["{apiVersion: v1, kind: Pod, metadata: {}}", "Pod has no metadata.name"],
];

Deno.test("readManifests() reports errors without quoting the manifest", async () => {
  for (const [text, message] of MISTAKES) {
    const error = await assertRejects(
      () => read(["-"], { text }),
      Error,
      message,
    );
    assertEquals(error.message.includes("hunter2"), false, error.message);
    assertEquals(error.message.includes("\n"), false, error.message);
  }
});

Deno.test("readManifests() checks the namespace of objects", async () => {
  const text = "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: x}}";
  assertEquals(await read(["-"], { text, namespace: "x" }), ["pods x a"]);
  await assertRejects(
    () => read(["-"], { text, namespace: "y" }),
    Error,
    `the namespace from the provided object "x" does not match the namespace "y"`,
  );
  const free = "{apiVersion: v1, kind: Pod, metadata: {name: a}}";
  assertEquals(await read(["-"], { text: free, namespace: "y" }), ["pods y a"]);
});

Deno.test("readManifests() reads directories", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const pod = (name: string) =>
      `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"${name}"}}`;
    await Deno.mkdir(`${directory}/in`);
    await Deno.writeTextFile(`${directory}/b.yml`, pod("b"));
    await Deno.writeTextFile(`${directory}/a.json`, pod("a"));
    await Deno.writeTextFile(`${directory}/notes.txt`, "no manifest");
    await Deno.writeTextFile(`${directory}/in/c.yaml`, pod("c"));
    await Deno.symlink(directory, `${directory}/loop`, { type: "dir" });
    const all = ["pods team a", "pods team b", "pods team c"];
    assertEquals(await read([directory]), all);
    assertEquals(
      await read([directory], { recursive: false }),
      all.slice(0, 2),
    );
    assertEquals(await read([`${directory}/b.yml`, `${directory}/a.json`]), [
      "pods team b",
      "pods team a",
    ]);
    await Deno.mkdir(`${directory}/none`);
    for (
      const [path, message] of [
        [`${directory}/none`, "Cannot find manifests"],
        [`${directory}/missing`, "there is no such file: check -f"],
      ] as const
    ) {
      await assertRejects(() => read([path]), Error, message);
    }
    const broken = `${directory}/d.yaml`;
    await Deno.symlink(`${directory}/missing`, broken);
    await assertRejects(
      () => read([directory]),
      Error,
      `Cannot read ${broken}: there is no such file: check -f`,
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
