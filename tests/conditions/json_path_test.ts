// JSONPath as a condition, evaluated as by `kubectl wait --for=jsonpath`.

import { assertEquals, assertThrows } from "@std/assert";
import { jsonPath } from "../../conditions/json_path.ts";

const pod = {
  metadata: { name: "web", labels: { "app.kubernetes.io/name": "shop" } },
  spec: { paused: false, none: null },
  status: {
    phase: "Running",
    padded: "  x ",
    count: 3,
    nothing: null,
    nodes: [{ name: "a=1", load: 3 }, { name: "b>=2", load: 4 }],
    conditions: [
      { type: "Ready", status: "True" },
      { type: "Initialized", status: "False" },
    ],
  },
};

/** Expression, value, whether the condition is met, and the explanation. */
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
  // Unlike in kubectl, an index past the end is not there yet.
  [
    "status.conditions[2].type",
    "x",
    false,
    "status.conditions[2].type is not there",
  ],
  [
    "status.conditions[-3].type",
    undefined,
    false,
    "status.conditions[-3].type is not there",
  ],
  [
    "status.conditions[0:3].type",
    "x",
    false,
    "status.conditions[0:3].type is not there",
  ],
  [
    'status.conditions[?(@.type!="Ready")].status',
    "False",
    true,
    'status.conditions[?(@.type!="Ready")].status is False',
  ],
  [
    "status.nodes[?(@.load<=3)].name",
    "a=1",
    true,
    "status.nodes[?(@.load<=3)].name is a=1",
  ],
  [
    "status.nodes[?(@.load>=4)].name",
    "b>=2",
    true,
    "status.nodes[?(@.load>=4)].name is b>=2",
  ],
  [
    'status.nodes[?(@.name=="a=1")].load',
    3,
    true,
    'status.nodes[?(@.name=="a=1")].load is 3',
  ],
  [
    'status.nothing[?(@.name=="a")].load',
    3,
    false,
    'status.nothing[?(@.name=="a")].load is not there',
  ],
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

Deno.test("jsonPath() compares a value as kubectl does", () => {
  for (const [expression, value, met, how] of CASES) {
    const condition = jsonPath(expression, value);
    assertEquals(
      [condition(pod), condition.explain(pod)],
      [met, how],
      `${expression}=${value}`,
    );
  }
});

Deno.test("jsonPath() is not met if the object does not exist", () => {
  const condition = jsonPath("metadata.name");
  assertEquals(condition(undefined), false);
  assertEquals(condition.explain(undefined), "not there");
});

/** Expression, value, and the message of the error on evaluation. */
const FAILING: readonly [string, string | undefined, string][] = [
  ["status.conditions[*].type", undefined, "matches more than one value"],
  ["status.conditions[*].type", "Ready", "matches more than one value"],
  ["status.conditions", "Ready", "leads to a nested object or list"],
  ["status", "Ready", "leads to a nested object or list"],
  ["status.phase[0]", "x", "string is not array or slice"],
];

Deno.test("jsonPath() throws when kubectl fails", () => {
  for (const [expression, value, why] of FAILING) {
    const condition = jsonPath(expression, value);
    const error = assertThrows(() => condition(pod), Error, why, expression);
    assertEquals(condition.explain(pod), error.message);
  }
});

Deno.test("jsonPath() throws a SyntaxError with the position if the expression is not valid", () => {
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
  assertThrows(
    () => jsonPath(""),
    TypeError,
    "JSONPath expression must not be empty",
  );
  assertThrows(
    () => jsonPath("a", ""),
    TypeError,
    "must not be empty: omit it",
  );
  assertThrows(
    () => jsonPath("a", " "),
    TypeError,
    "must not be empty: omit it",
  );
});

Deno.test("jsonPath() is not met by a stale status", () => {
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
    const expression of [
      "{.status.readyReplicas}",
      "status.readyReplicas",
      "..readyReplicas",
      "*.readyReplicas",
    ]
  ) {
    const condition = jsonPath(expression, 5);
    assertEquals([condition(stale), condition(fresh)], [false, true]);
    assertEquals(
      condition.explain(stale),
      "the status is from generation 1, but the object is at generation 2",
    );
  }
  // Expressions outside the status, and those on the generation itself, are
  // evaluated as usual.
  assertEquals(jsonPath("{.spec.replicas}", 5)(stale), true);
  assertEquals(jsonPath("{.status.observedGeneration}", 1)(stale), true);
});

Deno.test("jsonPath() accepts a stale status on request", () => {
  const stale = {
    metadata: { name: "web", generation: 2 },
    status: { observedGeneration: 1, state: "online" },
  };
  const accepting = jsonPath("status.state", "online", {
    staleStatus: "accept",
  });
  assertEquals(accepting(stale), true);
  assertEquals(accepting.explain(stale), "status.state is online");
  const waiting = jsonPath("status.state", "online", { staleStatus: "wait" });
  assertEquals(waiting(stale), false);
});

Deno.test("jsonPath() throws a TypeError for an option that is not valid", () => {
  const options = JSON.parse('{"staleStatus":"ignore"}');
  assertThrows(
    () => jsonPath("status", undefined, options),
    TypeError,
    'staleStatus must be "wait" or "accept": "ignore"',
  );
});

Deno.test("jsonPath() throws a RangeError for an object that is nested too deeply", () => {
  const levels = 20_000;
  const deep = JSON.parse('{"spec":'.repeat(levels) + "1" + "}".repeat(levels));
  const condition = jsonPath("spec..name", "x");
  assertThrows(() => condition(deep), RangeError, "nested too deeply");
  assertEquals(condition.explain(deep), "the object is nested too deeply");
});
