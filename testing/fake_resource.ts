/**
 * The resources of a fake API server.
 *
 * @module
 */

/** A resource of an API server, built in or custom. */
export interface FakeResource {
  /** The API group and version: `"apps/v1"`, `"v1"`. */
  apiVersion: string;
  /** The plural name, as in paths: `"deployments"`. */
  plural: string;
  /** The kind of its objects: `"Deployment"`. */
  kind: string;
  /**
   * Whether its objects are namespaced.
   *
   * @default {true}
   */
  namespaced?: boolean | undefined;
  /**
   * Whether it has a `status` subresource.
   *
   * @default {true}
   */
  status?: boolean | undefined;
  /**
   * Its short names, for discovery.
   *
   * @default {[]}
   */
  shortNames?: readonly string[] | undefined;
  /**
   * The categories that it belongs to, such as `"all"`, for discovery.
   *
   * @default {[]}
   */
  categories?: readonly string[] | undefined;
  /**
   * The fields that its objects can be selected by, beside `metadata.name` and
   * `metadata.namespace`: `["spec.nodeName"]`.
   *
   * @default {those of a built-in resource}
   */
  fields?: readonly string[] | undefined;
}
