import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { isCreated, isDeleted } from "../../conditions/metadata_conditions.ts";
import type { KubernetesObject } from "../../api/types.ts";

const deletionTimestamp = "2024-05-01T12:00:00Z";
const finalizers = ["example.com/a", "example.com/b"];

Deno.test("isCreated() is met by any object", () => {
  const isThere = isCreated();
  assertEquals([isThere({}), isThere.explain({})], [true, "there"]);
  assertEquals(isThere({ metadata: { deletionTimestamp } }), true);
  assertEquals(isThere(undefined), false);
  assertEquals(isThere.explain(undefined), "not there yet");
});

/** The UID to wait for, an object, whether it is gone, and the explanation. */
const CASES: readonly [
  string | undefined,
  KubernetesObject | undefined,
  boolean,
  string,
][] = [
  [undefined, undefined, true, "gone"],
  ["1", undefined, true, "gone"],
  [undefined, {}, false, "there, not being deleted"],
  ["1", { metadata: { uid: "1" } }, false, "there, not being deleted"],
  [
    "1",
    { metadata: { uid: "2" } },
    true,
    "gone, replaced by another object of the same name",
  ],
  [undefined, { metadata: { uid: "2" } }, false, "there, not being deleted"],
  [
    "1",
    { metadata: { uid: "1", deletionTimestamp } },
    false,
    "being deleted for 30s",
  ],
  [
    undefined,
    { metadata: { deletionTimestamp, finalizers } },
    false,
    "being deleted for 30s, held by 2 finalizers: example.com/a, example.com/b",
  ],
  [
    undefined,
    { metadata: { deletionTimestamp: new Date(deletionTimestamp) } },
    false,
    "being deleted for 30s",
  ],
];

/** The conditions of a namespace that is being deleted. */
const REMAINING = [
  { type: "NamespaceDeletionDiscoveryFailure", status: "False" },
  {
    type: "NamespaceContentRemaining",
    status: "True",
    reason: "SomeResourcesRemain",
    message: "Some resources are remaining: pods. has 2 resource instances",
  },
  {
    type: "NamespaceFinalizersRemaining",
    status: "True",
    message: "Some content in the namespace has finalizers remaining: " +
      "example.com/a in 1 resource instances",
  },
];

Deno.test("isDeleted() explains what remains in a namespace", () => {
  using _time = new FakeTime("2024-05-01T12:00:30Z");
  const namespace = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "shop", deletionTimestamp },
    status: { phase: "Terminating", conditions: REMAINING },
  };
  assertEquals(
    isDeleted().explain(namespace),
    "being deleted for 30s; " +
      "Some resources are remaining: pods. has 2 resource instances; " +
      "Some content in the namespace has finalizers remaining: " +
      "example.com/a in 1 resource instances",
  );
  const other = { ...namespace, kind: "Pod" };
  assertEquals(isDeleted().explain(other), "being deleted for 30s");
});

Deno.test("isDeleted() explains a deletion whose metadata make no sense", () => {
  const odd = JSON.parse(
    '{"metadata":{"deletionTimestamp":{"a":1},"finalizers":[1,{},"x"]}}',
  );
  assertEquals(
    isDeleted().explain(odd),
    "being deleted, held by 1 finalizer: x",
  );
});

Deno.test("isDeleted() is met when the object is gone, and explains what blocks a deletion", () => {
  using _time = new FakeTime("2024-05-01T12:00:30Z");
  for (const [uid, object, met, how] of CASES) {
    const condition = isDeleted(uid);
    const label = `${uid} on ${JSON.stringify(object)}`;
    assertEquals(
      [condition(object), condition.explain(object)],
      [met, how],
      label,
    );
  }
});
