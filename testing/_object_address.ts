/**
 * Which object a request is about, and how it is deleted.
 *
 * @module
 */

import type { ResourceInfo } from "./_resource_info.ts";

/** The address of an object: its resource, namespace and name. */
export interface ObjectAddress {
  /** The resource. */
  readonly info: ResourceInfo;
  /** The namespace, if the object is namespaced. */
  readonly namespace: string | undefined;
  /** The name. */
  readonly name: string;
}

/** How an object is deleted. */
export interface DeleteOptions {
  /** The UID that the object must have. */
  readonly uid?: string | undefined;
  /** The resource version that the object must have. */
  readonly resourceVersion?: string | undefined;
  /** What happens to dependents: `"Foreground"`, `"Orphan"`, `"Background"`. */
  readonly propagationPolicy?: string | undefined;
  /** Whether nothing is stored. */
  readonly dryRun?: boolean | undefined;
}
