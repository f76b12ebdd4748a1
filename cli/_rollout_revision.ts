/**
 * Checks the revision of a Deployment.
 *
 * @module
 */

import { textField } from "../internal/json_fields.ts";
import type { KubernetesObject } from "../api/types.ts";

/** The annotation that the Deployment controller sets. */
const REVISION = "deployment.kubernetes.io/revision";

/**
 * Checks that a Deployment is at a revision. As in `kubectl`, other objects are
 * not checked.
 *
 * @param object The object.
 * @param wanted The revision; 0 for any.
 * @throws {Error} If the Deployment is at another one, with `kubectl`'s
 *   message.
 */
export function checkRevision(object: KubernetesObject, wanted: number): void {
  if (wanted === 0 || object.kind !== "Deployment") return;
  const text = textField(object, "metadata", "annotations", REVISION) ?? "0";
  if (!/^[-+]?[0-9]+$/.test(text)) {
    const name = JSON.stringify(object.metadata?.name ?? "");
    throw new Error(
      `cannot get the revision of deployment ${name}: ${
        JSON.stringify(text)
      } is not a number`,
    );
  }
  if (Number(text) === wanted) return;
  throw new Error(
    `desired revision (${wanted}) is different from the running revision (${
      Number(text)
    })`,
  );
}
