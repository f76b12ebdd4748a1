import { assertEquals, assertThrows } from "@std/assert";
import { isJobComplete } from "../../conditions/job_conditions.ts";

const job = (status: object, spec: object = { completions: 3 }) => ({
  kind: "Job",
  metadata: { name: "import" },
  spec,
  status,
});
const conditions = (type: string, status = "True", more: object = {}) => ({
  conditions: [{ type, status, ...more }],
});

/** A job, whether it is complete, and the explanation. */
const CASES: readonly [ReturnType<typeof job>, boolean, string][] = [
  [job({}), false, "0 of 3 pods succeeded, 0 failed, 0 active"],
  [
    job({ succeeded: 1, failed: 2, active: 1 }),
    false,
    "1 of 3 pods succeeded, 2 failed, 1 active",
  ],
  [
    job({ succeeded: 3, ...conditions("Complete") }),
    true,
    "3 of 3 pods succeeded, 0 failed, 0 active",
  ],
  [
    job({ ...conditions("Complete", "False") }, { completions: 1 }),
    false,
    "0 of 1 pod succeeded, 0 failed, 0 active",
  ],
  [job({ active: 2 }, {}), false, "0 pods succeeded, 0 failed, 2 active"],
  [
    job(conditions("Failed", "False")),
    false,
    "0 of 3 pods succeeded, 0 failed, 0 active",
  ],
  [job({}, { completions: 1, suspend: true }), false, "suspended"],
];

Deno.test("isJobComplete() is met by the condition Complete, and explains the progress", () => {
  const condition = isJobComplete();
  for (const [object, met, how] of CASES) {
    const label = JSON.stringify(object);
    assertEquals(condition(object), met, label);
    assertEquals(condition.explain(object), how, label);
  }
  assertEquals(condition(undefined), false);
});

Deno.test("isJobComplete() throws the reason of a failure", () => {
  const condition = isJobComplete();
  const failed = job({
    failed: 7,
    ...conditions("Failed", "True", {
      reason: "BackoffLimitExceeded",
      message: "Job has reached the specified backoff limit",
    }),
  });
  const why =
    "BackoffLimitExceeded: Job has reached the specified backoff limit";
  const error = assertThrows(() => condition(failed), Error);
  assertEquals(error.message, `job "import" has failed: ${why}`);
  assertEquals(
    condition.explain(failed),
    `failed: ${why}; 0 of 3 pods succeeded, 7 failed, 0 active`,
  );
  assertThrows(
    () => condition(job(conditions("Failed"))),
    Error,
    "has failed: no reason given",
  );
});

Deno.test("isJobComplete() throws as soon as the Job is certain to fail", () => {
  const condition = isJobComplete();
  const failing = job({
    active: 1,
    ...conditions("FailureTarget", "True", { reason: "PodFailurePolicy" }),
  });
  const error = assertThrows(() => condition(failing), Error);
  assertEquals(error.message, 'job "import" is failing: PodFailurePolicy');
  assertEquals(
    condition.explain(failing),
    "failing: PodFailurePolicy; 0 of 3 pods succeeded, 0 failed, 1 active",
  );
  assertEquals(condition(job(conditions("FailureTarget", "False"))), false);
});
