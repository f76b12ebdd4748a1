/**
 * Whether a status speaks of the specification that is there now. A controller
 * that has not seen the newest specification leaves the status of the old one.
 *
 * @module
 */

import { numberField } from "../internal/json_fields.ts";

/** The two generations of a status that is behind. */
export interface Staleness {
  /** The generation that the status speaks of. */
  readonly observed: number;
  /** The generation that is there. */
  readonly generation: number;
}

/**
 * How far a status is behind.
 *
 * @param object The object.
 * @param condition One condition of its status, which may have an
 *   `observedGeneration` of its own; that one counts then, as in `kubectl`.
 * @returns Undefined where the status is up to date, or nothing tells.
 */
export function staleness(
  object: unknown,
  condition?: unknown,
): Staleness | undefined {
  const generation = numberField(object, "metadata", "generation");
  const observed = numberField(condition, "observedGeneration") ??
    numberField(object, "status", "observedGeneration");
  return generation !== undefined && observed !== undefined &&
      observed < generation
    ? { observed, generation }
    : undefined;
}

/**
 * Says how far a status is behind.
 *
 * @param staleness The two generations.
 * @returns A few words.
 */
export function explainStaleness(
  { observed, generation }: Staleness,
): string {
  return `the status is of generation ${observed}, generation ${generation} has not been observed`;
}
