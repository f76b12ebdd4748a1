/**
 * The error for a kind that the server does not have.
 *
 * @module
 */

/** The kind that an {@linkcode UnknownKindError} is about. */
export interface UnknownKind {
  /** The requested group and version: `"apps/v1"`. */
  apiVersion: string;
  /** The requested kind: `"Deployment"`. */
  kind: string;
}

/**
 * The server does not have the requested kind, as client-go's
 * [`meta.NoKindMatchError`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/meta#NoKindMatchError).
 * It may have it later, when a CustomResourceDefinition has been created. The
 * message suggests a similar kind if there is one.
 *
 * @example A misspelt kind
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
  /** The requested group and version: `"apps/v1"`. */
  readonly apiVersion: string;
  /** The requested kind: `"Deployment"`. */
  readonly kind: string;

  /**
   * Creates an error.
   *
   * @param message The message.
   * @param unknown The requested kind.
   */
  constructor(message: string, { apiVersion, kind }: UnknownKind) {
    super(message);
    this.apiVersion = apiVersion;
    this.kind = kind;
  }
}
