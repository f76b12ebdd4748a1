// Whether an object of any kind is ready: the order of the rules.

import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { readyVerdict } from "../../conditions/_ready_sign.ts";
import { isReady, matches } from "../../conditions/mod.ts";

type Fields = Record<string, unknown>;

/** An object of a kind that no rule is known for. */
function widget(status: Fields, metadata: Fields = {}) {
  return {
    apiVersion: "example.com/v1",
    kind: "Widget",
    metadata: { name: "w", ...metadata },
    status,
  };
}

function conditions(...all: readonly string[]) {
  return {
    conditions: all.map((text) => {
      const [type, status] = text.split("=");
      return { type, status };
    }),
  };
}

const old = { generation: 2 };
const staleText =
  "the status is from generation 1, but the object is at generation 2";
const noSign = "nothing in the object says whether it is ready";

/** An object, the sign that decides, and the verdict. */
const RULES: readonly [object | undefined, string, string, string][] = [
  [undefined, "existence", "waiting", "not there"],
  [
    widget(conditions("Ready=True"), {
      deletionTimestamp: "2024-05-01T12:00:00Z",
      finalizers: ["example.com/a"],
    }),
    "deletion",
    "waiting",
    "being deleted for 30s, held by 1 finalizer: example.com/a",
  ],
  [
    widget({ observedGeneration: 1, ...conditions("Ready=True") }, old),
    "observedGeneration",
    "waiting",
    staleText,
  ],
  [
    widget({ observedGeneration: "1", ...conditions("Ready=True") }, old),
    "observedGeneration",
    "waiting",
    staleText,
  ],
  // The condition's own generation counts where it has one.
  [
    widget({
      observedGeneration: 2,
      conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }],
    }, old),
    "observedGeneration",
    "waiting",
    staleText,
  ],
  [
    widget({
      observedGeneration: 1,
      conditions: [{ type: "Ready", status: "True", observedGeneration: 2 }],
    }, old),
    "Ready",
    "ready",
    "Ready=True",
  ],
  [
    widget({ observedGeneration: 1 }, old),
    "observedGeneration",
    "waiting",
    staleText,
  ],
  // A status that is behind comes before what it says.
  [
    widget({
      observedGeneration: 1,
      ...conditions("Stalled=True", "Ready=False"),
    }, old),
    "observedGeneration",
    "waiting",
    staleText,
  ],
  [
    widget(conditions("Reconciling=True", "Stalled=True", "Ready=True")),
    "Stalled",
    "failed",
    "Stalled=True",
  ],
  [
    widget(conditions("Reconciling=True", "Ready=True")),
    "Reconciling",
    "waiting",
    "Reconciling=True",
  ],
  [
    widget(conditions("Reconciling=False", "Stalled=False", "Ready=True")),
    "Ready",
    "ready",
    "Ready=True",
  ],
  // Those conditions come before what is known of a kind.
  [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "c" },
      status: conditions("Reconciling=True"),
    },
    "Reconciling",
    "waiting",
    "Reconciling=True",
  ],
  [{ apiVersion: "v1", kind: "ConfigMap" }, "kind", "ready", "there"],
  [
    widget(conditions("Available=True", "Ready=False")),
    "Ready",
    "waiting",
    "Ready=False",
  ],
  [
    widget(conditions("Programmed=False", "Established=True")),
    "Established",
    "ready",
    "Established=True",
  ],
  [
    widget(conditions("Established=False", "Succeeded=True")),
    "Succeeded",
    "ready",
    "Succeeded=True",
  ],
  [
    widget(conditions("Succeeded=False", "Available=True")),
    "Available",
    "ready",
    "Available=True",
  ],
  [
    widget(conditions("Programmed=True")),
    "Programmed",
    "ready",
    "Programmed=True",
  ],
  [
    widget(conditions("Ready=Unknown")),
    "Ready",
    "waiting",
    "Ready=Unknown",
  ],
  [
    widget(conditions("Ready=True", "Synced=False")),
    "Ready",
    "waiting",
    "Synced=False",
  ],
  [
    widget(conditions("Ready=True", "Paused=True")),
    "Ready",
    "waiting",
    "Paused=True",
  ],
  [
    widget(conditions("Ready=True", "Synced=Unknown", "Paused=False")),
    "Ready",
    "ready",
    "Ready=True",
  ],
  [widget({ phase: "Running" }), "none", "waiting", noSign],
  [widget(conditions("Healthy=True")), "none", "waiting", noSign],
  [widget({ observedGeneration: 2 }, old), "none", "waiting", noSign],
  // A kind of the same name in another group is another kind.
  [
    { apiVersion: "apps.kruise.io/v1alpha1", kind: "DaemonSet" },
    "none",
    "waiting",
    noSign,
  ],
  [{ kind: "ConfigMap" }, "kind", "ready", "there"],
  [{}, "none", "waiting", noSign],
];

Deno.test("isReady() goes by the first rule that applies", () => {
  using _time = new FakeTime("2024-05-01T12:00:30Z");
  for (const [object, sign, state, why] of RULES) {
    const label = JSON.stringify(object);
    const verdict = readyVerdict(object, { noSign: "wait" });
    assertEquals([verdict.sign, verdict.state, verdict.why], [
      sign,
      state,
      why,
    ], label);
    const condition = isReady();
    assertEquals(condition.explain(object), why, label);
    if (state === "failed") assertThrows(() => condition(object), Error, why);
    else assertEquals(condition(object), state === "ready", label);
  }
});

Deno.test("isReady() throws the message of Stalled=True", () => {
  const stalled = widget({
    conditions: [{
      type: "Stalled",
      status: "True",
      reason: "RetriesExceeded",
      message: "failed to upgrade",
    }],
  });
  const error = assertThrows(() => isReady()(stalled), Error);
  assertEquals(
    error.message,
    'Widget "w" cannot become ready: Stalled=True: RetriesExceeded: failed to upgrade',
  );
});

Deno.test("isReady() is met by an object without a sign on request", () => {
  const condition = isReady({ noSign: "ready" });
  assertEquals(condition(widget({ phase: "Running" })), true);
  assertEquals(condition(widget(conditions("Ready=False"))), false);
  assertEquals(condition(undefined), false);
  assertEquals(
    condition.explain(widget({})),
    `there; ${noSign}`,
  );
});

Deno.test("isReady() tries the caller's kinds before all other rules", () => {
  const refusal = new RangeError("too late");
  const condition = isReady({
    kinds: {
      "example.com/Widget": matches(() => true, () => "own"),
      "Pod": matches(() => {
        throw refusal;
      }),
      "apps/Deployment": matches(() => false, () => "own, not met"),
    },
  });
  const deleted = widget({ observedGeneration: 1 }, {
    ...old,
    deletionTimestamp: "2024-05-01T12:00:00Z",
  });
  assertEquals([condition(deleted), condition.explain(deleted)], [true, "own"]);
  const error = assertThrows(() =>
    condition({ apiVersion: "v1", kind: "Pod" })
  );
  assertStrictEquals(error, refusal);
  const scaled = { kind: "Deployment", metadata: { name: "web" } };
  assertEquals(condition.explain(scaled), "own, not met");
  // Another group, another kind.
  assertEquals(
    condition.explain({ apiVersion: "example.org/v1", kind: "Widget" }),
    noSign,
  );
  assertEquals(condition(undefined), false);
});

Deno.test("isReady() throws a TypeError for options that are not valid", () => {
  const yes = matches(() => true);
  for (const key of ["apps/v1/Deployment", "", "/Pod", "apps/"]) {
    assertThrows(
      () => isReady({ kinds: { [key]: yes } }),
      TypeError,
      `Cannot use the kind ${JSON.stringify(key)}`,
    );
  }
  assertThrows(
    () => isReady({ kinds: JSON.parse('{"Pod":true}') }),
    TypeError,
    "The condition of kind Pod must be a function",
  );
  assertThrows(
    () => isReady(JSON.parse('{"noSign":"ignore"}')),
    TypeError,
    'noSign must be "wait" or "ready": "ignore"',
  );
  assert(isReady({ noSign: undefined, kinds: undefined })({ kind: "Secret" }));
});
