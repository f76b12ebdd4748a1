import { assertEquals, assertThrows } from "@std/assert";
import {
  isCrdEstablished,
  isLoadBalancerReady,
  isPvcBound,
} from "../../conditions/resource_conditions.ts";
import type { KubernetesObject } from "../../api/types.ts";

const object = (status?: object, spec: object = {}) => ({
  metadata: { name: "web" },
  spec,
  status,
});
const conditions = (...all: [string, string, string?][]) => ({
  conditions: all.map(([type, status, reason]) => ({ type, status, reason })),
});
const balancer = (...ingress: object[]) => ({ loadBalancer: { ingress } });
const type = (type: string) => ({ type });

/** A condition, an object, whether it is met, and the explanation. */
const CASES: readonly [
  ReturnType<typeof isPvcBound>,
  KubernetesObject | undefined,
  boolean,
  string,
][] = [
  [isCrdEstablished(), undefined, false, "not there"],
  [isCrdEstablished(), object(), false, "no condition Established"],
  [
    isCrdEstablished(),
    object(conditions(["NamesAccepted", "True"], ["Established", "True"])),
    true,
    "Established=True",
  ],
  // The names of a new version can be refused later.
  [
    isCrdEstablished(),
    object(
      conditions(["NamesAccepted", "False"], ["Established", "True"]),
    ),
    true,
    "Established=True",
  ],
  [
    isCrdEstablished(),
    object(conditions(["Established", "False", "Installing"])),
    false,
    "Established=False: Installing",
  ],
  [isPvcBound(), undefined, false, "not there"],
  [isPvcBound(), object({}), false, "no phase"],
  [isPvcBound(), object({ phase: "Pending" }), false, "Pending"],
  [isPvcBound(), object({ phase: "Bound" }), true, "Bound"],
  [isLoadBalancerReady(), undefined, false, "not there"],
  [
    isLoadBalancerReady(),
    object(undefined, type("LoadBalancer")),
    false,
    "no address yet",
  ],
  [
    isLoadBalancerReady(),
    object(balancer(), type("LoadBalancer")),
    false,
    "no address yet",
  ],
  [
    isLoadBalancerReady(),
    object(balancer({ ip: "192.0.2.1" }, {}), type("LoadBalancer")),
    false,
    "no address yet",
  ],
  [
    isLoadBalancerReady(),
    object(
      balancer({ ip: "192.0.2.1" }, { hostname: "lb.example.com" }),
      type("LoadBalancer"),
    ),
    true,
    "at 192.0.2.1, lb.example.com",
  ],
  [
    isLoadBalancerReady(),
    object(balancer({ ip: "192.0.2.1" }), type("ClusterIP")),
    false,
    "type is ClusterIP, not LoadBalancer",
  ],
  [
    isLoadBalancerReady(),
    { kind: "Ingress", ...object(balancer({ ip: "192.0.2.1" })) },
    true,
    "at 192.0.2.1",
  ],
];

Deno.test("the conditions on cluster resources are met and explained", () => {
  for (const [condition, object, met, how] of CASES) {
    const label = JSON.stringify(object);
    assertEquals(condition(object), met, label);
    assertEquals(condition.explain(object), how, label);
  }
});

Deno.test("isCrdEstablished() throws when the names are refused", () => {
  const refused = object(
    conditions(
      ["NamesAccepted", "False", "PluralConflict"],
      ["Established", "False", "NotAccepted"],
    ),
  );
  const why = "not established, NamesAccepted=False: PluralConflict";
  assertThrows(
    () => isCrdEstablished()(refused),
    Error,
    `custom resource definition "web" is ${why}`,
  );
  assertEquals(isCrdEstablished().explain(refused), why);
});

Deno.test("isCrdEstablished() does not throw for names of an older generation", () => {
  const changed = {
    metadata: { name: "web", generation: 2 },
    status: {
      conditions: [
        { type: "NamesAccepted", status: "False", observedGeneration: 1 },
      ],
    },
  };
  assertEquals(isCrdEstablished()(changed), false);
});

Deno.test("isPvcBound() throws for a claim that has lost its volume", () => {
  const lost = object({ phase: "Lost" }, { volumeName: "pv-1" });
  assertThrows(
    () => isPvcBound()(lost),
    Error,
    'claim "web" has lost its volume "pv-1"',
  );
  assertEquals(isPvcBound().explain(lost), "Lost");
});

Deno.test("the conditions on cluster resources throw for another kind", () => {
  const pod = { kind: "Pod", metadata: {} };
  for (
    const [condition, kinds] of [
      [isCrdEstablished(), "CustomResourceDefinition"],
      [isPvcBound(), "PersistentVolumeClaim"],
      [isLoadBalancerReady(), "Service or Ingress"],
    ] as const
  ) {
    assertThrows(() => condition(pod), TypeError, `applies only to a ${kinds}`);
  }
});
