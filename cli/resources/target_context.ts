/**
 * What is needed to resolve the objects that a command line selects.
 *
 * @module
 */

import type { ResourceFinder } from "./resource_finder.ts";

/** What is needed to resolve targets. */
export interface TargetContext {
  /** The default namespace. */
  readonly namespace: string;
  /** Finds resources by name. */
  readonly resources: ResourceFinder;
}
