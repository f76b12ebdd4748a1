/**
 * The error for a resource that can be listed but not watched.
 *
 * @module
 */

import type { ResourceType } from "./built_in.ts";
import { qualifiedPlural } from "./object_names.ts";

/** A resource cannot be watched. */
export class UnwatchableError extends Error {
  /** `"UnwatchableError"`. */
  override readonly name: string = "UnwatchableError";

  /**
   * Creates the error.
   *
   * @param resource The resource.
   * @param why Why, as far as the server says.
   * @param options The server's response as `cause`.
   */
  constructor(resource: ResourceType, why: string, options?: ErrorOptions) {
    super(
      `${qualifiedPlural(resource)} cannot be watched, only listed: ${why}`,
      options,
    );
  }
}
