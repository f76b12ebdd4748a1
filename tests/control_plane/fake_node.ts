/** The node on which the pods of a control plane "run": kwok plays its kubelet. */

import type { JsonObject } from "./json_client.ts";

const resources = { cpu: "32", memory: "256Gi", pods: "110" };

/** Name of the node. */
export const nodeName = "fake-node";

/** What is sent to make it. */
export const fakeNode = {
  metadata: {
    name: nodeName,
    annotations: { "kwok.x-k8s.io/node": "fake" },
    labels: { "kubernetes.io/hostname": nodeName },
  },
  status: { allocatable: resources, capacity: resources },
};

/**
 * Whether pods can be bound to a node: it is ready, and nobody holds them off.
 *
 * @param node The node.
 * @returns Whether they can.
 */
export function takesPods(node: JsonObject): boolean {
  return conditionStatus(node, "Ready") === "True" &&
    !isRecord(node.spec, "taints");
}

/**
 * The status of one of an object's conditions.
 *
 * @param object The object.
 * @param type Type of the condition, such as `Available`.
 * @returns Its status; `undefined` where it has no such condition.
 */
export function conditionStatus(
  object: JsonObject,
  type: string,
): string | undefined {
  const { status } = object;
  if (!isRecord(status, "conditions")) return undefined;
  if (!Array.isArray(status.conditions)) return undefined;
  const conditions: unknown[] = status.conditions;
  for (const condition of conditions) {
    if (!isRecord(condition, "type") || condition.type !== type) continue;
    if (!isRecord(condition, "status")) continue;
    if (typeof condition.status === "string") return condition.status;
  }
  return undefined;
}

function isRecord<Member extends string>(
  value: unknown,
  member: Member,
): value is Record<Member, unknown> {
  return typeof value === "object" && value !== null && member in value;
}
