/**
 * What is known of a server by the time that objects are looked for.
 *
 * @module
 */

import type { ResourceFinder } from "./resource_finder.ts";

/** What is known of the server by now. */
export interface TargetPlace {
  /** The namespace that is meant where none is named. */
  readonly namespace: string;
  /** Finds resources by what they were called. */
  readonly resources: ResourceFinder;
}
