/**
 * The error for a resource that a server does not have.
 *
 * @module
 */

/** The advice if a response does not come from an API server. */
export const NO_API_SERVER =
  "check that --server is the address of a Kubernetes API server";

/** The server does not have a resource. */
export class UnknownResourceError extends Error {
  /** `"UnknownResourceError"`. */
  override readonly name: string = "UnknownResourceError";

  /**
   * Creates the error, with `kubectl`'s message.
   *
   * @param resource The resource as it was written.
   * @param advice What to do about it; empty for none.
   * @param options The server's response as `cause`.
   */
  constructor(resource: string, advice = "", options?: ErrorOptions) {
    const message = `the server doesn't have a resource type "${resource}"`;
    super(advice === "" ? message : `${message}: ${advice}`, options);
  }
}
