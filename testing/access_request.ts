/**
 * What a fake API server asks before it answers a request.
 *
 * @module
 */

/**
 * A request whose permission is to be decided, as the server asks RBAC about it.
 */
export interface AccessRequest {
  /** The name of the user; `"system:anonymous"` without a token. */
  readonly user: string;
  /**
   * `"get"`, `"list"`, `"watch"`, `"create"`, `"update"`, `"patch"`, `"delete"`
   * or `"deletecollection"`; for a path outside of the resources, the HTTP
   * method in lower case.
   */
  readonly verb: string;
  /** The path of the URL. */
  readonly path: string;
  /** The API group, if the path is that of a resource. */
  readonly group?: string | undefined;
  /** The plural name of the resource. */
  readonly resource?: string | undefined;
  /** The subresource: `"status"`. */
  readonly subresource?: string | undefined;
  /** The namespace; `undefined` for all namespaces. */
  readonly namespace?: string | undefined;
  /** The name of the object, also if a field selector selects only that name. */
  readonly name?: string | undefined;
}
