/**
 * A resource of a fake API server.
 *
 * @module
 */

/** A resource that a server has, built in or by a custom definition. */
export interface FakeResource {
  /** API group and version: `"apps/v1"`, `"v1"`. */
  apiVersion: string;
  /** Plural name, as in paths: `"deployments"`. */
  plural: string;
  /** Kind of its objects: `"Deployment"`. */
  kind: string;
  /**
   * Whether its objects live in namespaces.
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
