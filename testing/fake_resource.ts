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
}
