/**
 * Conditions on what a cluster provides: custom resources, volumes and load
 * balancers.
 *
 * @module
 */

import { listField, textField } from "../internal/json_fields.ts";
import { kindCondition } from "./_kind_condition.ts";
import { quotedName } from "./_status_text.ts";
import type { Condition } from "./condition.ts";
import { isConditionTrue } from "./status_conditions.ts";
import type { KubernetesObject } from "../api/types.ts";

/**
 * Met when a CustomResourceDefinition is established, so that the server
 * accepts objects of its kind.
 *
 * @returns The condition. It throws if the names are refused before the
 *   definition is established: another one has them.
 *
 * @example A name that is already taken
 * ```ts
 * import { isCrdEstablished } from "@watchtools/kube";
 * import { assertEquals } from "@std/assert";
 *
 * const definition = {
 *   metadata: { name: "crontabs.example.com" },
 *   status: {
 *     conditions: [{
 *       type: "NamesAccepted",
 *       status: "False",
 *       reason: "PluralConflict",
 *     }],
 *   },
 * };
 * assertEquals(
 *   isCrdEstablished().explain(definition),
 *   "not established, NamesAccepted=False: PluralConflict",
 * );
 * ```
 */
export function isCrdEstablished(): Condition {
  const isEstablished = isConditionTrue("Established");
  const areNamesRefused = isConditionTrue("NamesAccepted", "False");
  const explain = (definition: KubernetesObject) =>
    areNamesRefused(definition) && !isEstablished(definition)
      ? `not established, ${areNamesRefused.explain(definition)}`
      : isEstablished.explain(definition);
  return kindCondition([
    "apiextensions.k8s.io/CustomResourceDefinition",
  ], {
    isMet(definition) {
      if (isEstablished(definition)) return true;
      if (!areNamesRefused(definition)) return false;
      throw new Error(
        `custom resource definition ${quotedName(definition)} is ${
          explain(definition)
        }`,
      );
    },
    explain,
  });
}

/**
 * Met when a PersistentVolumeClaim is bound to a volume. With the volume
 * binding mode `WaitForFirstConsumer`, that requires a pod that uses the claim.
 *
 * @returns The condition. It throws if the claim has lost its volume.
 *
 * @example A claim without a volume
 * ```ts
 * import { isPvcBound } from "@watchtools/kube";
 * import { assertEquals } from "@std/assert";
 *
 * const claim = { metadata: { name: "data" }, status: { phase: "Pending" } };
 * assertEquals(isPvcBound()(claim), false);
 * assertEquals(isPvcBound().explain(claim), "Pending");
 * ```
 */
export function isPvcBound(): Condition {
  const phaseOf = (claim: KubernetesObject) =>
    textField(claim, "status", "phase");
  return kindCondition(["PersistentVolumeClaim"], {
    isMet: (claim) => phaseOf(claim) === "Bound",
    explain: (claim) => phaseOf(claim) ?? "no phase",
    whyNever: (claim) =>
      phaseOf(claim) === "Lost"
        ? `claim ${quotedName(claim)} has lost its volume ${
          JSON.stringify(textField(claim, "spec", "volumeName") ?? "")
        }`
        : undefined,
  });
}

/**
 * Met when a Service of type `LoadBalancer`, or an Ingress, has an address: its
 * status lists at least one entry, and each entry has an IP address or a host
 * name.
 *
 * @returns The condition. A Service of another type does not meet it, since it
 *   has no load balancer.
 *
 * @example A service that has an address
 * ```ts
 * import { isLoadBalancerReady } from "@watchtools/kube";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const service = {
 *   metadata: { name: "web" },
 *   spec: { type: "LoadBalancer" },
 *   status: { loadBalancer: { ingress: [{ ip: "192.0.2.7" }] } },
 * };
 * assert(isLoadBalancerReady()(service));
 * assertEquals(isLoadBalancerReady().explain(service), "at 192.0.2.7");
 * ```
 */
export function isLoadBalancerReady(): Condition {
  return kindCondition([
    "Service",
    "networking.k8s.io/Ingress",
    "extensions/Ingress",
  ], {
    isMet: (object) => otherType(object) === undefined && hasAddress(object),
    explain(object) {
      const type = otherType(object);
      if (type !== undefined) return `type is ${type}, not LoadBalancer`;
      if (!hasAddress(object)) return "no address yet";
      return `at ${addressesOf(object).join(", ")}`;
    },
  });
}

/** The type of a service other than `LoadBalancer`. */
function otherType(object: KubernetesObject): string | undefined {
  const type = textField(object, "spec", "type");
  return type === "LoadBalancer" ? undefined : type;
}

function hasAddress(object: KubernetesObject): boolean {
  const addresses = addressesOf(object);
  return addresses.length > 0 && !addresses.includes("");
}

function addressesOf(object: KubernetesObject): string[] {
  return listField(object, "status", "loadBalancer", "ingress").map((entry) =>
    textField(entry, "ip") || textField(entry, "hostname") || ""
  );
}
