/**
 * What `wait` waits for, judged on one object's state, as `kubectl wait` does.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { WaitGoal } from "../../cli/_command_line.ts";
import { UsageError } from "../../cli/terminal/usage_error.ts";
import { waitConditions } from "../../cli/_wait_condition.ts";
import type { KubernetesObject } from "../../mod.ts";
import { TrackedObject } from "../../watch/_tracked_object.ts";

const READY = { type: "condition", name: "Ready", value: "true" } as const;

async function onlyStep(goal: WaitGoal) {
  const { steps: [step] } = await waitConditions([goal]);
  assert(step);
  /** Judges an object; `uid` is that of the object that the wait began with. */
  const isMet = (
    object: KubernetesObject | undefined,
    uid: string | undefined,
  ) => {
    const tracked = new TrackedObject([step]);
    if (uid !== undefined) tracked.see({ metadata: { uid } });
    tracked.see(object);
    return tracked.isMet;
  };
  return { isMet, explain: step.explain };
}

Deno.test("waitConditions() judges a condition of the status", async () => {
  const { isMet, explain } = await onlyStep(READY);
  const ready = {
    metadata: {},
    status: { conditions: [{ type: "ready", status: "True" }] },
  };
  assertEquals([isMet(ready, "1"), isMet({}, "1")], [true, false]);
  assertEquals(explain({}), "no condition Ready");
});

Deno.test("waitConditions() waits for an object that was deleted to come back", async () => {
  const { isMet, explain } = await onlyStep(READY);
  assertEquals(isMet(undefined, "1"), false);
  assertEquals(explain(undefined), "deleted; waiting for it to come back");
});

Deno.test("waitConditions() takes a new object of the same name for a deletion", async () => {
  const { isMet, explain } = await onlyStep({ type: "delete" });
  const object = { metadata: { name: "web", uid: "1" } };
  assertEquals(isMet(object, "1"), false);
  assertEquals(isMet(object, "2"), true);
  assertEquals(isMet(object, undefined), false);
  assertEquals(isMet(undefined, "1"), true);
  assertEquals(explain(object), "there, not being deleted");
});

Deno.test("waitConditions() waits for a value", async () => {
  const expression = "{.status.phase}";
  const goal = { type: "jsonpath", expression, value: "Running" } as const;
  const { isMet, explain } = await onlyStep(goal);
  const pod = (phase: string) => ({ metadata: {}, status: { phase } });
  assertEquals(isMet(pod("Running"), "1"), true);
  assertEquals(isMet(pod("Pending"), "1"), false);
  assertEquals(isMet(undefined, "1"), false);
  assertEquals(
    explain(pod("Pending")),
    "{.status.phase} is Pending, not Running",
  );
});

Deno.test("waitConditions() refuses a malformed expression", async () => {
  const goal = { type: "jsonpath", expression: "{", value: undefined } as const;
  await assertRejects(() => onlyStep(goal), UsageError, "malformed jsonpath");
});

Deno.test("waitConditions() knows what an absent object means", async () => {
  const wants = async (...types: ("create" | "delete")[]) => {
    const goals = types.map((type): WaitGoal => ({ type }));
    const { wantsCreation, wantsAbsence } = await waitConditions(goals);
    return [wantsCreation, wantsAbsence];
  };
  assertEquals(await wants(), [false, false]);
  assertEquals(await wants("create"), [true, false]);
  assertEquals(await wants("delete"), [false, true]);
  assertEquals((await onlyStep({ type: "create" })).isMet({}, "1"), true);
  assertEquals(
    (await onlyStep({ type: "create" })).isMet(undefined, ""),
    false,
  );
});
