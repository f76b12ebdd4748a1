/**
 * What an object's status says, as text.
 *
 * @module
 */

import { field, listField, textField } from "../internal/json_fields.ts";

/**
 * Returns the obstacles that a Deployment, a ReplicaSet or a similar object
 * reports.
 *
 * @param object The object.
 * @returns The obstacles: `"paused"`; why pods cannot be created, such as an
 *   exceeded quota. Empty if the object reports nothing.
 */
export function obstaclesOf(object: unknown): string[] {
  const paused = field(object, "spec", "paused") === true ? ["paused"] : [];
  const failures = listField(object, "status", "conditions")
    .filter((condition) =>
      textField(condition, "type") === "ReplicaFailure" &&
      textField(condition, "status") === "True"
    )
    .map((condition) => reasonOf(condition) ?? "ReplicaFailure");
  return [...paused, ...failures];
}

/**
 * Joins the reason and the message of a status condition, of a container's
 * state, or of a pod.
 *
 * @param value What has the two fields.
 * @returns `"FailedCreate: exceeded quota"`, or one of the two; `undefined` if
 *   it has neither.
 */
export function reasonOf(value: unknown): string | undefined {
  const why = [textField(value, "reason"), textField(value, "message")];
  return why.filter(Boolean).join(": ") || undefined;
}

/**
 * Returns the name of an object in quotes, for an error message.
 *
 * @param object The object.
 * @returns The name; empty quotes if it has none.
 */
export function quotedName(object: unknown): string {
  return JSON.stringify(textField(object, "metadata", "name") ?? "");
}
