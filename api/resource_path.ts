/**
 * The URL paths of resources on an API server.
 *
 * @module
 */

/** Options for {@linkcode resourcePath}. */
export interface ResourcePathOptions {
  /** API group and version: `"v1"`, `"apps/v1"`. */
  apiVersion: string;
  /** The plural name: `"deployments"`; `"pods/log"` names a subresource. */
  plural: string;
  /** The namespace; omit for all namespaces or a cluster-scoped resource. */
  namespace?: string | undefined;
}

/**
 * Returns the URL path of a resource on an API server.
 *
 * @param options The API version, plural name and namespace of the resource.
 * @returns The path, which starts with `/api` or `/apis`.
 * @throws {TypeError} If `apiVersion` is not `"version"` or `"group/version"`,
 *   or if a part is empty or cannot be a path segment.
 *
 * @example Deployments of one namespace, pods of all
 * ```ts
 * import { resourcePath } from "@watchtools/kube";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   resourcePath({
 *     apiVersion: "apps/v1",
 *     plural: "deployments",
 *     namespace: "default",
 *   }),
 *   "/apis/apps/v1/namespaces/default/deployments",
 * );
 * assertEquals(
 *   resourcePath({ apiVersion: "v1", plural: "pods" }),
 *   "/api/v1/pods",
 * );
 * ```
 */
export function resourcePath(options: ResourcePathOptions): string {
  const { apiVersion, plural, namespace } = options;
  const group = segments("apiVersion", apiVersion);
  if (group.length > 2) {
    throw new TypeError(
      `Cannot use ${
        JSON.stringify(apiVersion)
      } as apiVersion: expected "version" or "group/version"`,
    );
  }
  return [
    group.length === 1 ? "/api" : "/apis",
    ...group,
    ...(namespace === undefined
      ? []
      : ["namespaces", segment("namespace", namespace)]),
    ...segments("plural", plural),
  ].join("/");
}

function segments(name: string, path: string): string[] {
  return path.split("/").map((part) => segment(name, part));
}

/** Encodes one path segment; rejects what a URL would resolve away or split. */
function segment(name: string, part: string): string {
  if (part !== "" && part !== "." && part !== ".." && !part.includes("/")) {
    return encodeURIComponent(part);
  }
  throw new TypeError(
    `Cannot use ${
      JSON.stringify(part)
    } in ${name}: it cannot be a path segment`,
  );
}
