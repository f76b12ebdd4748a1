/**
 * When the kinds of the Gateway API are ready: each parent of a route, and each
 * ancestor of a policy, reports its own conditions.
 *
 * @module
 */

import {
  field,
  isRecord,
  listField,
  numberField,
  textField,
} from "../internal/json_fields.ts";
import { findCondition, hasCondition } from "./_find_condition.ts";
import {
  byStatusCondition,
  describeCondition,
  ready,
  type ReadyKind,
  STATELESS,
  type Verdict,
  waiting,
} from "./_ready_verdict.ts";
import { explainStaleness, staleness } from "./_staleness.ts";

const GROUP = "gateway.networking.k8s.io";

/** The conditions that must not be false, beside the one that decides. */
const MUST_HOLD = ["Accepted", "Programmed", "ResolvedRefs"] as const;

const PROGRAMMED = byStatusCondition("Programmed", {
  unless: MUST_HOLD.map((type) => [type, "False"]),
});

const gateway: ReadyKind = {
  decidedBy: "Programmed",
  judge(object) {
    const verdict = PROGRAMMED.judge(object);
    if (verdict.state !== "ready") return verdict;
    for (const listener of listField(object, "status", "listeners")) {
      const name = `listener ${textField(listener, "name") ?? ""}`;
      const why = falseCondition(listener);
      if (why !== undefined) return waiting(`${name}: ${why}`);
    }
    return verdict;
  },
};

/** The first condition of a listener, parent or ancestor that is false. */
function falseCondition(reporter: unknown): string | undefined {
  const holder = { status: reporter };
  const type = MUST_HOLD.find((one) => hasCondition(holder, one, "False"));
  return type && describeCondition(findCondition(holder, type), type);
}

const route: ReadyKind = {
  decidedBy: "Accepted",
  judge(object) {
    const parents = listField(object, "status", "parents");
    for (const reference of listField(object, "spec", "parentRefs")) {
      const key = referenceKey(reference, object);
      const isAnswered = parents.some((parent) =>
        referenceKey(field(parent, "parentRef"), object) === key
      );
      if (!isAnswered) return waiting(`no status from ${nameOf(reference)}`);
    }
    return judgeReporters(object, parents, "parentRef");
  },
};

const policy: ReadyKind = {
  decidedBy: "Accepted",
  judge: (object) =>
    judgeReporters(
      object,
      listField(object, "status", "ancestors"),
      "ancestorRef",
    ),
};

/** Every one has to have accepted the newest generation. */
function judgeReporters(
  object: unknown,
  reporters: readonly unknown[],
  reference: string,
): Verdict {
  if (reporters.length === 0) return waiting("no gateway has accepted it");
  for (const reporter of reporters) {
    const why = unaccepted(object, reporter);
    if (why !== undefined) {
      return waiting(`${nameOf(field(reporter, reference))}: ${why}`);
    }
  }
  const names = reporters.map((reporter) => nameOf(field(reporter, reference)));
  return ready(`accepted by ${names.join(", ")}`);
}

function unaccepted(object: unknown, reporter: unknown): string | undefined {
  const accepted = findCondition({ status: reporter }, "Accepted");
  const stale = staleness(object, accepted);
  if (stale !== undefined) return explainStaleness(stale);
  const isAccepted = hasCondition({ status: reporter }, "Accepted");
  return isAccepted
    ? falseCondition(reporter)
    : describeCondition(accepted, "Accepted");
}

function nameOf(reference: unknown): string {
  const kind = textField(reference, "kind") ?? "Gateway";
  return `${kind} ${textField(reference, "name") ?? ""}`;
}

/** The fields that identify a parent, with their defaults. */
function referenceKey(reference: unknown, route: unknown): string {
  if (!isRecord(reference)) return "";
  return JSON.stringify([
    textField(reference, "group") ?? GROUP,
    textField(reference, "kind") ?? "Gateway",
    textField(reference, "namespace") ??
      textField(route, "metadata", "namespace"),
    textField(reference, "name"),
    textField(reference, "sectionName"),
    numberField(reference, "port"),
  ]);
}

/** How to judge the kinds of the Gateway API, by `"group/Kind"`. */
export const GATEWAY_KINDS: readonly (readonly [string, ReadyKind])[] = [
  [`${GROUP}/Gateway`, gateway],
  [`${GROUP}/GatewayClass`, byStatusCondition("Accepted")],
  [`${GROUP}/ReferenceGrant`, STATELESS],
  [`${GROUP}/BackendTLSPolicy`, policy],
  ...["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"].map(
    (kind): [string, ReadyKind] => [`${GROUP}/${kind}`, route],
  ),
];
