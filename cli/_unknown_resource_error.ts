/**
 * The error for a resource that a server does not have.
 *
 * @module
 */

import type { ResourceType } from "./_resources.ts";

/** What to do about answers that no API server gives. */
export const NO_API_SERVER =
  "check that --server is the address of a Kubernetes API server";

/** The server has no such resource; `cause` is its 404. */
export class UnknownResourceError extends Error {
  /** `"UnknownResourceError"`. */
  override readonly name: string = "UnknownResourceError";

  /**
   * Makes the error, with `kubectl`'s message.
   *
   * @param resource The resource.
   * @param cause The server's answer.
   */
  constructor({ plural, builtIn }: ResourceType, cause: unknown) {
    const message = `the server doesn't have a resource type "${plural}"`;
    // One that every Kubernetes has is missing only where there is none.
    super(builtIn ? `${message}: ${NO_API_SERVER}` : message, { cause });
  }
}
