/**
 * The error for a resource that a server does not have.
 *
 * @module
 */

/** What to do about answers that no API server gives. */
export const NO_API_SERVER =
  "check that --server is the address of a Kubernetes API server";

/** The server has no such resource. */
export class UnknownResourceError extends Error {
  /** `"UnknownResourceError"`. */
  override readonly name: string = "UnknownResourceError";

  /**
   * Makes the error, with `kubectl`'s message.
   *
   * @param resource What the resource was called.
   * @param advice What to do about it; empty for nothing.
   * @param options The server's answer as `cause`.
   */
  constructor(resource: string, advice = "", options?: ErrorOptions) {
    const message = `the server doesn't have a resource type "${resource}"`;
    super(advice === "" ? message : `${message}: ${advice}`, options);
  }
}
