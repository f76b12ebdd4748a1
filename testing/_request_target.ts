/**
 * Parses the path of a request like a kube-apiserver: `/api/v1/…` or
 * `/apis/GROUP/VERSION/…`, then optionally `namespaces/NAME`, then the
 * resource, and optionally a name and a subresource.
 *
 * @module
 */

/** The target of a request. */
export interface RequestTarget {
  /** The API group; empty for the core group. */
  readonly group: string;
  /** The version of the group. */
  readonly version: string;
  /** The plural name of the resource. */
  readonly resource: string;
  /** The namespace, if the path has one. */
  readonly namespace: string | undefined;
  /** The name of the object, if the path has one. */
  readonly name: string | undefined;
  /** The subresource, if the path has one. */
  readonly subresource: string | undefined;
}

/** The subresources of a namespace; any other name is a resource in it. */
const NAMESPACE_SUBRESOURCES = ["status", "finalize"];

/**
 * Parses a path.
 *
 * @param path The path of a URL.
 * @returns The target; `undefined` if the path is not that of a resource.
 */
export function parseTarget(path: string): RequestTarget | undefined {
  const [root, ...rest] = path.split("/").filter((part) => part !== "").map(
    decodePart,
  );
  const [group, version, ...parts] = root === "api"
    ? ["", ...rest]
    : root === "apis"
    ? rest
    : [];
  if (group === undefined || version === undefined) return undefined;
  const [first, second, third] = parts;
  const namespaced = first === "namespaces" && third !== undefined &&
    !NAMESPACE_SUBRESOURCES.includes(third);
  const [resource, name, subresource, ...more] = namespaced
    ? parts.slice(2)
    : parts;
  if (resource === undefined || more.length > 0) return undefined;
  const namespace = namespaced ? second : undefined;
  return { group, version, resource, namespace, name, subresource };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    // A malformed escape, such as a lone "%", is taken literally.
    if (error instanceof URIError) return part;
    throw error;
  }
}
