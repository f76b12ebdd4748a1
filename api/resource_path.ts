/**
 * Where a resource lies on an API server.
 *
 * @module
 */

/** What names a resource. */
export interface ResourcePathOptions {
  /** API group and version: `"v1"`, `"apps/v1"`. */
  apiVersion: string;
  /** The plural name: `"deployments"`; `"pods/log"` names a subresource. */
  plural: string;
  /** The namespace; absent for all of them, or where there are none. */
  namespace?: string | undefined;
}

/**
 * The path of a resource on an API server.
 *
 * @param options What names the resource.
 * @returns The path, which begins with `/api` or `/apis`.
 * @throws {TypeError} If a part is empty or can be no part of a path.
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
      } as apiVersion: it is "version" or "group/version"`,
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

/** What a URL would resolve away or cut short is no segment of a path. */
function segment(name: string, part: string): string {
  if (part !== "" && part !== "." && part !== ".." && !part.includes("/")) {
    return encodeURIComponent(part);
  }
  throw new TypeError(
    `Cannot use ${
      JSON.stringify(part)
    } in ${name}: it can be no segment of a path`,
  );
}
