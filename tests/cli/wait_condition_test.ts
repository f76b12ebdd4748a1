/**
 * What `wait` waits for, judged on one object's state, as `kubectl wait` does.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type { WaitGoal } from "../../cli/_command_line.ts";
import { UsageError } from "../../cli/terminal/usage_error.ts";
import {
  waitConditions,
  type WaitConditionsOptions,
} from "../../cli/_wait_condition.ts";
import type { KubernetesObject } from "../../mod.ts";
import { TrackedObject } from "../../watch/_tracked_object.ts";

const READY = { type: "condition", name: "Ready", value: "true" } as const;

const WAIT: WaitConditionsOptions = { staleStatus: "wait" };

async function onlyStep(goal: WaitGoal, options = WAIT) {
  const { steps: [step] } = await waitConditions([goal], options);
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
  return { isMet, step, explain: step.explain };
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
    const { wantsCreation, wantsAbsence } = await waitConditions(goals, WAIT);
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

/** An object with conditions in its status. */
function having(
  apiVersion: string,
  kind: string,
  status: Record<string, unknown>,
  ...types: string[]
) {
  const conditions = types.map((type) => ({ type, status: "True" }));
  const metadata = { name: "a" };
  return { apiVersion, kind, metadata, status: { ...status, conditions } };
}

const NAMES_REFUSED = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "a" },
  status: { conditions: [{ type: "NamesAccepted", status: "False" }] },
};

/** A condition, an object that it can no longer come about on, and why. */
const HOPELESS: readonly [string, KubernetesObject, string][] = [
  ["complete", having("batch/v1", "Job", {}, "Failed"), "has failed"],
  ["Complete", having("batch/v1", "Job", {}, "FailureTarget"), "is failing"],
  ["Failed", having("batch/v1", "Job", {}, "Complete"), "no longer fail"],
  [
    "failed",
    having("batch/v1", "Job", {}, "SuccessCriteriaMet"),
    "no longer fail",
  ],
  ["Ready", having("v1", "Pod", { phase: "Failed" }), "no longer become ready"],
  ["ready", having("v1", "Pod", { phase: "Succeeded" }), "it has succeeded"],
  ["Established", NAMES_REFUSED, "not established"],
];

Deno.test("waitConditions() throws where a condition can no longer come about", async () => {
  for (const [name, object, why] of HOPELESS) {
    const goal = { type: "condition", name, value: "True" } as const;
    const { step } = await onlyStep(goal);
    const error = assertThrows(() => step(object), Error);
    assertStringIncludes(error.message, why);
    // Another value, or the same condition of another group, may come about.
    const other = await onlyStep({ ...goal, value: "Unknown" });
    assertEquals(other.step(object), false);
    assertEquals(step({ ...object, apiVersion: "example.com/v1" }), false);
  }
});

Deno.test("waitConditions() explains how far a job is", async () => {
  const { explain } = await onlyStep({
    type: "condition",
    name: "complete",
    value: "true",
  });
  const job = having("batch/v1", "Job", { succeeded: 1, active: 2 });
  assertStringIncludes(explain(job), "no condition complete; 1 ");
  assertStringIncludes(explain(job), "2 active");
});

Deno.test("waitConditions() waits for objects of any kind to be ready", async () => {
  const { isMet, step, explain } = await onlyStep({ type: "ready" });
  assertEquals(isMet(having("v1", "ConfigMap", {}), undefined), true);
  assertEquals(
    isMet(having("example.com/v1", "Widget", {}, "Ready"), undefined),
    true,
  );
  const unknown = having("example.com/v1", "Widget", {});
  assertEquals(isMet(unknown, undefined), false);
  assertStringIncludes(explain(unknown), "nothing in the object says");
  assertThrows(() => step(having("v1", "Pod", { phase: "Failed" })), Error);
});

Deno.test("waitConditions() accepts a stale status only if told to", async () => {
  const goal = {
    type: "jsonpath",
    expression: "{.status.state}",
    value: "online",
  } as const;
  const object = {
    metadata: { name: "a", generation: 2 },
    status: { observedGeneration: 1, state: "online" },
  };
  assertEquals((await onlyStep(goal)).step(object), false);
  const accepting = await onlyStep(goal, { staleStatus: "accept" });
  assertEquals(accepting.step(object), true);
});
