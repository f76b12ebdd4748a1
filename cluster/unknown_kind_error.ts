/**
 * The failure to find a kind.
 *
 * @module
 */

/** What {@linkcode UnknownKindError} is about. */
export interface UnknownKind {
  /** The group and version that were asked for: `"apps/v1"`. */
  apiVersion: string;
  /** The kind that was asked for: `"Deployment"`. */
  kind: string;
}

/**
 * The server has no such kind. It may have one later, when its
 * CustomResourceDefinition has been created. The message says what may have
 * been meant.
 *
 * @example A kind that is misspelt
 * ```ts
 * import { UnknownKindError } from "@watchtools/kube/cluster";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new UnknownKindError("The server has no kind …", {
 *   apiVersion: "v1",
 *   kind: "Pot",
 * });
 * assertEquals(error.kind, "Pot");
 * ```
 */
export class UnknownKindError extends Error {
  /** `"UnknownKindError"`. */
  override readonly name: string = "UnknownKindError";
  /** The group and version that were asked for: `"apps/v1"`. */
  readonly apiVersion: string;
  /** The kind that was asked for: `"Deployment"`. */
  readonly kind: string;

  /**
   * Makes the error.
   *
   * @param message What is said.
   * @param unknown What was asked for.
   */
  constructor(message: string, { apiVersion, kind }: UnknownKind) {
    super(message);
    this.apiVersion = apiVersion;
    this.kind = kind;
  }
}
