// JSONPath as a condition, judged as `kubectl wait --for=jsonpath` does.

import { assertEquals, assertThrows } from "@std/assert";
import { jsonPath } from "../../conditions/json_path.ts";

const pod = {
  metadata: { name: "web", labels: { "app.kubernetes.io/name": "shop" } },
  spec: { paused: false, none: null },
  status: {
    phase: "Running",
    padded: "  x ",
    count: 3,
    conditions: [
      { type: "Ready", status: "True" },
      { type: "Initialized", status: "False" },
    ],
  },
};

/** Expression and value, whether it is met, how it stands. */
const CASES: readonly [
  string,
  string | number | boolean | undefined,
  boolean,
  string,
][] = [
  ["{.status.phase}", "Running", true, "{.status.phase} is Running"],
  [".status.phase", "Running", true, ".status.phase is Running"],
  ["{status.phase}", "Running", true, "{status.phase} is Running"],
  ["status.phase", "Pending", false, "status.phase is Running, not Pending"],
  ["status.phase", "running", false, "status.phase is Running, not running"],
  ["status.phase", undefined, true, "status.phase is there"],
  ["status.nope", undefined, false, "status.nope is not there"],
  ["status.nope", "x", false, "status.nope is not there"],
  ["status.nope.deeper[0]", "x", false, "status.nope.deeper[0] is not there"],
  ["status.count", 3, true, "status.count is 3"],
  ["status.count", "3", true, "status.count is 3"],
  ["status.count", " 3\n", true, "status.count is 3"],
  ["status.padded", "x", true, "status.padded is x"],
  ["spec.paused", false, true, "spec.paused is false"],
  ["spec.paused", "true", false, "spec.paused is false, not true"],
  ["spec.none", undefined, true, "spec.none is there"],
  ["spec.none", "<nil>", true, "spec.none is <nil>"],
  ["status.conditions", undefined, true, "status.conditions is there"],
  [
    'status.conditions[?(@.type=="Ready")].status',
    "True",
    true,
    'status.conditions[?(@.type=="Ready")].status is True',
  ],
  [
    'status.conditions[?(@.type=="Gone")].status',
    "True",
    false,
    'status.conditions[?(@.type=="Gone")].status is not there',
  ],
  [
    "metadata.labels.app\\.kubernetes\\.io/name",
    "shop",
    true,
    "metadata.labels.app\\.kubernetes\\.io/name is shop",
  ],
  [
    "metadata.labels['app\\.kubernetes\\.io/name']",
    "shop",
    true,
    "metadata.labels['app\\.kubernetes\\.io/name'] is shop",
  ],
];

Deno.test("jsonPath() judges a value as kubectl does", () => {
  for (const [expression, value, met, how] of CASES) {
    const condition = jsonPath(expression, value);
    assertEquals(
      [condition(pod), condition.explain(pod)],
      [met, how],
      `${expression}=${value}`,
    );
  }
});

Deno.test("jsonPath() is met by no object that is not there", () => {
  const condition = jsonPath("metadata.name");
  assertEquals(condition(undefined), false);
  assertEquals(condition.explain(undefined), "not there");
});

/** Expression and value, and what is thrown when it is tried. */
const FAILING: readonly [string, string | undefined, string][] = [
  ["status.conditions[*].type", undefined, "matches more than one value"],
  ["status.conditions[*].type", "Ready", "matches more than one value"],
  ["status.conditions", "Ready", "leads to a nested object or list"],
  ["status", "Ready", "leads to a nested object or list"],
  ["status.conditions[2].type", "x", "index out of bounds: index 2, length 2"],
  ["status.phase[0]", "x", "string is not array or slice"],
];

Deno.test("jsonPath() throws where kubectl gives up", () => {
  for (const [expression, value, why] of FAILING) {
    const condition = jsonPath(expression, value);
    const error = assertThrows(() => condition(pod), Error, why, expression);
    assertEquals(condition.explain(pod), error.message);
  }
});

Deno.test("jsonPath() refuses what is no expression, and says where", () => {
  for (
    const [expression, why] of [
      ["{.status.phase", "unexpected path string"],
      ["{.a}{.b}", "unexpected path string"],
      ["status.a |b", "unrecognized character in action: U+007C '|'"],
      [
        'status.conditions[?(@.type=="A"||@.type=="B")].status',
        "unrecognized character in action: U+007C '|'",
      ],
      ["status[", "unterminated array at position"],
    ] as const
  ) {
    assertThrows(() => jsonPath(expression), SyntaxError, why);
  }
  assertThrows(() => jsonPath(""), TypeError, "expression that is empty");
  assertThrows(() => jsonPath("a", ""), TypeError, "the value is empty");
  assertThrows(() => jsonPath("a", " "), TypeError, "the value is empty");
});

Deno.test("jsonPath() does not believe a status that is behind", () => {
  const stale = {
    metadata: { name: "web", generation: 2 },
    spec: { replicas: 5 },
    status: { observedGeneration: 1, readyReplicas: 5 },
  };
  const fresh = {
    ...stale,
    status: { ...stale.status, observedGeneration: 2 },
  };
  for (
    const expression of ["{.status.readyReplicas}", "status.readyReplicas"]
  ) {
    const condition = jsonPath(expression, 5);
    assertEquals([condition(stale), condition(fresh)], [false, true]);
    assertEquals(
      condition.explain(stale),
      "the status is of generation 1, generation 2 has not been observed",
    );
  }
  // What does not come from the status is as true as ever.
  assertEquals(jsonPath("{.spec.replicas}", 5)(stale), true);
  assertEquals(jsonPath("{.status.observedGeneration}", 1)(stale), true);
});
