/**
 * Which revision of an object is being rolled out.
 *
 * @module
 */

import { textField } from "../internal/json_fields.ts";
import type { KubernetesObject } from "../api/types.ts";

/** Where a Deployment's controller writes it. */
const REVISION = "deployment.kubernetes.io/revision";

/**
 * Makes sure that it is a certain revision. As in `kubectl`, only Deployments
 * are looked at.
 *
 * @param object The object.
 * @param wanted The revision; 0 for any.
 * @throws {Error} If it is another one, in `kubectl`'s words.
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
