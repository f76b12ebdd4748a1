/**
 * The Status of a failure that a server did not describe as one.
 *
 * @module
 */

import type { Status } from "./types.ts";

/**
 * Creates a Status as a kube-apiserver would send it.
 *
 * @param failure What failed: the message, and the code and the reason if known.
 * @returns The Status.
 */
export function failureStatus(
  failure: Pick<Status, "code" | "message" | "reason">,
): Status {
  return { apiVersion: "v1", kind: "Status", status: "Failure", ...failure };
}
