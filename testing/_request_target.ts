/**
 * What a path is about, as a kube-apiserver reads it:
 * `/api/v1/…` or `/apis/GROUP/VERSION/…`, then perhaps `namespaces/NAME`, then
 * the resource, a name, a subresource.
 *
 * @module
 */

/** What a request is about. */
export interface RequestTarget {
  /** API group; empty for the core group. */
  readonly group: string;
  /** Version in the group. */
  readonly version: string;
  /** Plural name of the resource. */
  readonly resource: string;
  /** Namespace, where the path has one. */
  readonly namespace: string | undefined;
  /** Name of the object, where the path has one. */
  readonly name: string | undefined;
  /** Subresource, where the path has one. */
  readonly subresource: string | undefined;
}

/** Subresources of a namespace; anything else there lives in it. */
const OF_NAMESPACES = ["status", "finalize"];

/**
 * Reads a path.
 *
 * @param path The path of a URL.
 * @returns What it is about; undefined where it is about no resource.
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
    !OF_NAMESPACES.includes(third);
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
    // A lone "%" is no escape: the part then stands for itself.
    if (error instanceof URIError) return part;
    throw error;
  }
}
