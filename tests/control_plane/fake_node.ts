/**
 * The node on which the pods of a control plane "run". kwok simulates its
 * kubelet.
 */

import { field, listField, textField } from "../../internal/json_fields.ts";
import type { JsonObject } from "./json_client.ts";

const resources = { cpu: "32", memory: "256Gi", pods: "110" };

/** The name of the node. */
export const nodeName = "fake-node";

/** The object to create. */
export const fakeNode = {
  metadata: {
    name: nodeName,
    annotations: { "kwok.x-k8s.io/node": "fake" },
    labels: { "kubernetes.io/hostname": nodeName },
  },
  status: { allocatable: resources, capacity: resources },
};

/**
 * Returns whether pods can be scheduled on a node: it is ready and has no taint
 * that prevents it.
 *
 * @param node The node.
 * @returns Whether they can be scheduled.
 */
export function takesPods(node: JsonObject): boolean {
  return conditionStatus(node, "Ready") === "True" &&
    field(node, "spec", "taints") === undefined;
}

/**
 * Returns the status of a condition of an object.
 *
 * @param object The object.
 * @param type The type of the condition, such as `Available`.
 * @returns The status; `undefined` if there is no such condition.
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
