/** The node on which the pods of a control plane "run": kwok plays its kubelet. */

import { field, listField, textField } from "../../internal/json_fields.ts";
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
    field(node, "spec", "taints") === undefined;
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
  const condition = listField(object, "status", "conditions").find((found) =>
    textField(found, "type") === type
  );
  return textField(condition, "status");
}
