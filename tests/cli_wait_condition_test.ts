/**
 * What `wait` waits for, judged on one object's state, as `kubectl wait` does.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { waitCondition } from "../cli/_wait_condition.ts";

Deno.test("waitCondition() judges a condition of the status", () => {
  const goal = { type: "condition", name: "Ready", value: "true" } as const;
  const { isMet, explain, wantsAbsence } = waitCondition(goal);
  const ready = {
    metadata: {},
    status: { conditions: [{ type: "ready", status: "True" }] },
  };
  assertEquals(wantsAbsence, false);
  assertEquals([isMet(ready, "1"), isMet({}, "1")], [true, false]);
  assertEquals(explain({}), "no condition Ready");
});

Deno.test("waitCondition() waits for an object that was deleted to come back", () => {
  const goal = { type: "condition", name: "Ready", value: "true" } as const;
  const { isMet, explain } = waitCondition(goal);
  assertEquals(isMet(undefined, "1"), false);
  assertEquals(explain(undefined), "deleted; waiting for it to come back");
});

Deno.test("waitCondition() takes a new object of the same name for a deletion", () => {
  const { isMet, explain, wantsAbsence } = waitCondition({ type: "delete" });
  const object = { metadata: { name: "web", uid: "1" } };
  assertEquals(wantsAbsence, true);
  assertEquals(isMet(object, "1"), false);
  assertEquals(isMet(object, "2"), true);
  assertEquals(isMet(object, undefined), false);
  assertEquals(isMet(undefined, "1"), true);
  assertEquals(explain(object), "there, not being deleted");
});
