// `PlainBuffer` and `CoalescingBuffer`. FAST_CHECK_RUNS sets the number of
// random runs.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  CoalescingBuffer,
  type EventBuffer,
  PlainBuffer,
} from "../../cache/_event_buffer.ts";
import { identityOf } from "../../api/identity_of.ts";
import { lazyEvent } from "../../api/_lazy_event.ts";
import type { ChangeEvent, KubernetesObject } from "../../api/types.ts";
import { line, stored } from "../support/informer_fakes.ts";

function drain(buffer: EventBuffer<ChangeEvent["object"]>): string[] {
  const taken: string[] = [];
  for (let event = buffer.take(); event; event = buffer.take()) {
    taken.push(line(event));
  }
  return taken;
}

/** `"ADDED a@2 uid"` as an event. */
function put(buffer: EventBuffer<ChangeEvent["object"]>, text: string): void {
  const [type, what = "", uid] = text.split(" ");
  const [key = "", version = ""] = what.split("@");
  if (type !== "ADDED" && type !== "MODIFIED" && type !== "DELETED") {
    throw new TypeError(`Cannot use ${type} as a type`);
  }
  buffer.put(key, { type, object: stored(key, version, uid) });
}

Deno.test("PlainBuffer returns every event in order", () => {
  const buffer = new PlainBuffer();
  assertEquals(buffer.take(), undefined);
  put(buffer, "ADDED a@2");
  put(buffer, "DELETED a@3");
  assertEquals(drain(buffer), ["ADDED a@2", "DELETED a@3"]);
  put(buffer, "ADDED b@4");
  assertEquals(drain(buffer), ["ADDED b@4"]);
});

Deno.test("PlainBuffer keeps the order over any number of puts and takes", () => {
  const buffer = new PlainBuffer();
  let put = 0;
  let taken = 0;
  const take = () => {
    const version = buffer.take()?.object.metadata?.resourceVersion;
    assertEquals(version, String(++taken));
  };
  for (let round = 0; round < 5_000; round++) {
    for (let i = 0; i < 3; i++) {
      buffer.put("a", { type: "MODIFIED", object: stored("a", ++put) });
    }
    take();
    take();
  }
  while (taken < put) take();
  assertEquals(buffer.take(), undefined);
});

for (const Buffer of [PlainBuffer, CoalescingBuffer]) {
  Deno.test(`${Buffer.name} is empty after clear()`, () => {
    const buffer = new Buffer();
    put(buffer, "ADDED a@2");
    put(buffer, "ADDED b@3");
    buffer.take();
    buffer.clear();
    assertEquals(drain(buffer), []);
    put(buffer, "ADDED c@4");
    assertEquals(drain(buffer), ["ADDED c@4"]);
  });
}

const MERGED: [puts: string[], taken: string[]][] = [
  [["ADDED a@2", "MODIFIED a@3"], ["ADDED a@3"]],
  [["ADDED a@2", "DELETED a@3"], []],
  [["MODIFIED a@2", "MODIFIED a@3"], ["MODIFIED a@3"]],
  [["MODIFIED a@2", "DELETED a@3"], ["DELETED a@3"]],
  [["DELETED a@2", "ADDED a@3"], ["MODIFIED a@3"]],
  [["DELETED a@2 one", "ADDED a@3 two"], ["DELETED a@2", "ADDED a@3"]],
  [["DELETED a@2 one", "ADDED a@3 two", "MODIFIED a@4 two"], [
    "DELETED a@2",
    "ADDED a@4",
  ]],
  [["DELETED a@2 one", "ADDED a@3 two", "DELETED a@4 two"], ["DELETED a@2"]],
  [
    [
      "DELETED a@2 one",
      "ADDED a@3 two",
      "DELETED a@4 two",
      "ADDED a@5 three",
    ],
    ["DELETED a@2", "ADDED a@5"],
  ],
  [["ADDED a@2", "DELETED a@3", "ADDED a@4"], ["ADDED a@4"]],
  [["MODIFIED a@2", "DELETED a@3", "ADDED a@4"], ["MODIFIED a@4"]],
  [["ADDED a@2", "ADDED b@3", "MODIFIED a@4"], ["ADDED a@4", "ADDED b@3"]],
];

for (const [puts, taken] of MERGED) {
  Deno.test(`CoalescingBuffer makes ${taken.join(", ") || "nothing"} of ${puts.join(", ")}`, () => {
    const buffer = new CoalescingBuffer();
    for (const text of puts) put(buffer, text);
    assertEquals(drain(buffer), taken);
  });
}

Deno.test("CoalescingBuffer keeps both when DELETED and ADDED have no uid", () => {
  const buffer = new CoalescingBuffer();
  const object = { metadata: { name: "a", resourceVersion: "2" } };
  buffer.put("a", { type: "DELETED", object });
  buffer.put("a", { type: "ADDED", object });
  assertEquals(drain(buffer), ["DELETED a@2", "ADDED a@2"]);
});

Deno.test("CoalescingBuffer merges later events after the first of two was taken", () => {
  const buffer = new CoalescingBuffer();
  put(buffer, "DELETED a@2 one");
  put(buffer, "ADDED a@3 two");
  assertEquals(buffer.take()?.type, "DELETED");
  put(buffer, "MODIFIED a@4 two");
  assertEquals(drain(buffer), ["ADDED a@4"]);
  put(buffer, "ADDED b@5");
  assertEquals(drain(buffer), ["ADDED b@5"]);
});

/** A step: an object is added, modified or deleted, or an event is taken. */
const step = fc.oneof(
  fc.record({
    do: fc.constantFrom("touch" as const, "touch" as const, "delete" as const),
    key: fc.constantFrom("a", "b", "c"),
    renew: fc.boolean(),
  }),
  fc.record({ do: fc.constant("take" as const) }),
);

Deno.test("CoalescingBuffer leads its consumer to the same state as all events, by a legal history", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100, size: "max" }), (steps) => {
      const buffer = new CoalescingBuffer();
      const now = new Map<string, { uid: string; version: string }>();
      const uids = new Map<string, string>();
      const seen = new Map<string, ChangeEvent["object"]>();
      let version = 1;
      const take = (): boolean => {
        const event = buffer.take();
        if (event === undefined) return false;
        const key = event.object.metadata?.name ?? "";
        const before = seen.get(key);
        assertEquals(before === undefined, event.type === "ADDED");
        if (before) {
          assertEquals(event.object.metadata?.uid, before.metadata?.uid);
          const at = (object: ChangeEvent["object"]) =>
            Number(object.metadata?.resourceVersion);
          assert(at(event.object) > at(before));
        }
        if (event.type === "DELETED") seen.delete(key);
        else seen.set(key, event.object);
        return true;
      };
      for (const step of steps) {
        if (step.do === "take") {
          take();
          continue;
        }
        const { key } = step;
        const known = now.get(key);
        if (step.do === "touch") {
          const type = known ? "MODIFIED" : "ADDED";
          const renewed = !known && step.renew ? `uid-${version}` : undefined;
          const uid = renewed ?? uids.get(key) ?? "uid";
          uids.set(key, uid);
          now.set(key, { uid, version: String(++version) });
          buffer.put(key, { type, object: stored(key, version, uid) });
        } else if (known && now.delete(key)) {
          const object = stored(key, ++version, known.uid);
          buffer.put(key, { type: "DELETED", object });
        }
      }
      let left = 0;
      while (take()) left++;
      assert(left <= 6, "more than two pending events for an object");
      const shown = [...seen].map(([key, { metadata }]) =>
        `${key}@${metadata?.resourceVersion} ${metadata?.uid}`
      );
      const there = [...now].map(([key, { uid, version }]) =>
        `${key}@${version} ${uid}`
      );
      assertEquals(shown.sort(), there.sort());
    }),
    { numRuns: Number(Deno.env.get("FAST_CHECK_RUNS") ?? 300) },
  );
});

Deno.test("CoalescingBuffer merges events without looking at their objects", () => {
  const event = (type: ChangeEvent["type"], version: string): ChangeEvent =>
    lazyEvent<KubernetesObject>(type, {
      identity: { name: "a", uid: "1", resourceVersion: version },
      key: "a",
      uid: "1",
      version,
      get object(): KubernetesObject {
        throw new SyntaxError("looked at");
      },
    });
  const buffer = new CoalescingBuffer();
  buffer.put("a", event("ADDED", "1"));
  buffer.put("a", event("MODIFIED", "2"));
  buffer.put("b", event("DELETED", "3"));
  buffer.put("b", event("ADDED", "4"));
  const [a, b] = [buffer.take(), buffer.take()];
  assert(a !== undefined && b !== undefined);
  assertEquals([a.type, identityOf(a).resourceVersion], ["ADDED", "2"]);
  assertEquals([b.type, identityOf(b).resourceVersion], ["MODIFIED", "4"]);
  assertEquals(buffer.take(), undefined);
});
