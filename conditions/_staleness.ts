/**
 * Detects a status that is older than the specification. Until a controller has
 * observed a new specification, the status still describes the old one.
 *
 * @module
 */

import { field, numberField, textField } from "../internal/json_fields.ts";

/** The two generations of an object whose status is stale. */
export interface Staleness {
  /** The generation that the status describes. */
  readonly observed: number;
  /** The current generation of the object. */
  readonly generation: number;
}

/**
 * Returns the generations of an object whose status is stale.
 *
 * @param object The object.
 * @param condition One of the conditions in its status. If it has an
 *   `observedGeneration` of its own, that one is used, as in `kubectl`.
 * @returns The generations; `undefined` if the status is up to date or has no
 *   `observedGeneration`.
 */
export function staleness(
  object: unknown,
  condition?: unknown,
): Staleness | undefined {
  const generation = numberField(object, "metadata", "generation");
  const observed = observedGeneration(condition) ??
    observedGeneration(field(object, "status"));
  return generation !== undefined && observed !== undefined &&
      observed < generation
    ? { observed, generation }
    : undefined;
}

/** The generation as a number: Argo Rollouts, for one, keeps it as text. */
function observedGeneration(value: unknown): number | undefined {
  const text = textField(value, "observedGeneration") ?? "";
  return /^\d+$/.test(text)
    ? Number(text)
    : numberField(value, "observedGeneration");
}

/**
 * Explains that a status is stale.
 *
 * @param staleness The two generations.
 * @returns The explanation.
 */
export function explainStaleness(
  { observed, generation }: Staleness,
): string {
  return `the status is from generation ${observed}, but the object is at generation ${generation}`;
}
