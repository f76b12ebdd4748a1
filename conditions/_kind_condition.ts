/**
 * Conditions that apply only to objects of certain kinds. On an object of
 * another kind they would silently never be met, or be met by accident, because
 * the fields they read do not exist there.
 *
 * @module
 */

import { explainStaleness, staleness } from "./_staleness.ts";
import { matches } from "./combinators.ts";
import type { Condition } from "./condition.ts";
import type { KubernetesObject } from "../api/types.ts";

/** How to evaluate a condition on an object that exists. */
export interface KindEvaluation {
  /** Whether to evaluate a status that is older than the specification. */
  readonly ignoreStaleness?: boolean;
  /** Whether the object meets the condition. */
  isMet(object: KubernetesObject): boolean;
  /** Describes the current state. */
  explain(object: KubernetesObject): string;
}

/**
 * Creates a condition on objects of certain kinds. It is not met if the object
 * does not exist or if its status is older than its specification.
 *
 * @param kinds The kinds. An object without a kind is assumed to be of one of
 *   them.
 * @param evaluation How to evaluate an object of these kinds.
 * @returns The condition. It throws a `TypeError` for an object of another
 *   kind.
 */
export function kindCondition(
  kinds: readonly string[],
  evaluation: KindEvaluation,
): Condition {
  const { ignoreStaleness = false, isMet, explain } = evaluation;
  const stalenessOf = (object: KubernetesObject) =>
    ignoreStaleness ? undefined : staleness(object);
  return matches(
    (object) => {
      if (object === undefined) return false;
      checkKind(object, kinds);
      return stalenessOf(object) === undefined && isMet(object);
    },
    (object) => {
      if (object === undefined) return "not there";
      checkKind(object, kinds);
      const stale = stalenessOf(object);
      return stale === undefined ? explain(object) : explainStaleness(stale);
    },
  );
}

function checkKind({ kind }: KubernetesObject, kinds: readonly string[]): void {
  if (kind === undefined || kinds.includes(kind)) return;
  throw new TypeError(
    `Cannot evaluate the condition on a ${kind}: it applies only to a ${
      kinds.join(" or ")
    }`,
  );
}
