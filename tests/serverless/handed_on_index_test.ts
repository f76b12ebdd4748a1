import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { KubernetesObject } from "../../api/types.ts";
import { CheckpointMismatchError } from "../../serverless/checkpoint_errors.ts";
import {
  entryOf,
  HandedOnIndex,
  type IndexChange,
} from "../../serverless/_handed_on_index.ts";

function object(
  name: string,
  uid: string,
  resourceVersion: string,
  namespace = "default",
): KubernetesObject {
  return { metadata: { name, namespace, uid, resourceVersion } };
}

/** Pods as a Deployment names them. */
function pods(count: number): KubernetesObject[] {
  return Array.from({ length: count }, (_, i) =>
    object(
      `service-${i % 97}-7d4b9c6f5d-${
        (i * 7919).toString(36).padStart(5, "0")
      }`,
      crypto.randomUUID(),
      String(123_456_789 + i * 13),
      `namespace-of-team-${i % 20}`,
    ));
}

function texts(changes: Iterable<IndexChange<KubernetesObject>>): string[] {
  return Array.from(
    changes,
    (change) =>
      change.type === "DELETED"
        ? `DELETED ${change.namespace}/${change.name} ${change.uid}`
        : `${change.type} ${change.object.metadata?.name}`,
  );
}

/** An index as the next invocation finds it. */
function reloaded(index: HandedOnIndex): HandedOnIndex {
  return HandedOnIndex.from(JSON.parse(JSON.stringify(index.toCheckpoint())));
}

Deno.test("HandedOnIndex takes at most 70 bytes for an object", () => {
  const items = pods(10_000);
  const index = new HandedOnIndex();
  for (const item of items) index.set(item);
  const merged = JSON.stringify(index.toCheckpoint());
  assert(merged.length <= 700_000, `${merged.length} bytes`);
  // With as many changes as are kept before they are merged.
  for (const item of items.slice(0, 2_000)) index.set(item);
  const grown = JSON.stringify(index.toCheckpoint());
  assert(grown.length <= 700_000, `${grown.length} bytes`);
  assertEquals(texts(reloaded(index).changesTo(items)), []);
});

Deno.test("HandedOnIndex finds what has changed", () => {
  const index = new HandedOnIndex();
  for (const name of ["same", "changed", "gone", "anew"]) {
    index.set(object(name, `uid-${name}`, "1"));
  }
  assertEquals(
    texts(
      reloaded(index).changesTo([
        object("anew", "another-uid", "5"),
        object("changed", "uid-changed", "4"),
        object("new", "uid-new", "3"),
        object("same", "uid-same", "1"),
      ]),
    ),
    [
      "DELETED default/gone uid-gone",
      "DELETED default/anew uid-anew",
      "ADDED anew",
      "MODIFIED changed",
      "ADDED new",
    ],
  );
});

Deno.test("HandedOnIndex keeps any key, UID and version", () => {
  const text = fc.string({ unit: "binary", minLength: 1 });
  const anyObject = fc.record({
    name: text.map((name) => name.replaceAll("/", "-")),
    namespace: text.map((name) => name.replaceAll("/", "-")),
    uid: fc.oneof(fc.uuid(), text, fc.constant("")),
    resourceVersion: fc.oneof(fc.nat().map(String), text, fc.constant("")),
  });
  const objects = fc.uniqueArray(anyObject, {
    selector: ({ name, namespace }) => `${namespace}/${name}`,
  });
  fc.assert(
    fc.property(objects, objects, (before, after) => {
      const index = new HandedOnIndex();
      for (const metadata of before) index.set({ metadata });
      index.compact();
      const items = after.map((metadata) => ({ metadata }));
      for (const change of reloaded(index).changesTo(items)) {
        if (change.type !== "DELETED") index.set(change.object);
        else {
          const { type, name, namespace } = change;
          index.add(
            entryOf({ type, object: { metadata: { name, namespace } } }),
          );
        }
      }
      assertEquals(texts(reloaded(index).changesTo(items)), []);
      const gone = texts(reloaded(index).changesTo([]));
      assertEquals(
        gone.sort(),
        after.map(({ namespace, name, uid }) =>
          `DELETED ${namespace}/${name} ${uid || undefined}`
        ).sort(),
      );
    }),
    { numRuns: 200 },
  );
});

Deno.test("HandedOnIndex refuses what has been damaged", () => {
  const index = new HandedOnIndex();
  index.set(object("a", crypto.randomUUID(), "1"));
  index.compact();
  index.set(object("b", crypto.randomUUID(), "2"));
  const saved = index.toCheckpoint();
  for (const part of ["objects", "changes"] as const) {
    const text = saved[part];
    for (const changed of [text.slice(1), `${text}-x,`, text.toUpperCase()]) {
      assertThrows(
        () => HandedOnIndex.from({ ...saved, [part]: changed }),
        CheckpointMismatchError,
      );
    }
  }
});

Deno.test("HandedOnIndex merges its changes now and then only", () => {
  const index = new HandedOnIndex();
  const items = pods(2_000);
  let merges = 0;
  let last = "";
  for (const item of items) {
    index.set(item);
    const { objects } = index.toCheckpoint();
    if (objects !== last) merges++;
    last = objects;
  }
  assert(merges > 0);
  assert(merges < 30, `${merges} merges`);
});
