/**
 * Conditions that make sense for objects of a certain kind only. Asked about
 * another one they would find nothing amiss, since what they look for is not
 * there.
 *
 * @module
 */

import { explainStaleness, staleness } from "./_staleness.ts";
import { matches } from "./combinators.ts";
import type { Condition } from "./condition.ts";
import type { KubernetesObject } from "../api/types.ts";

/** What a condition on an object that is there does. */
export interface KindJudgement {
  /** Whether what it judges cannot change, so that no status is too old. */
  readonly isEverlasting?: boolean;
  /** Whether an object is as it should be. */
  isMet(object: KubernetesObject): boolean;
  /** How things stand. */
  explain(object: KubernetesObject): string;
}

/**
 * Makes a condition on objects of certain kinds, which is met by no object that
 * is not there, and by none whose status is behind its specification.
 *
 * @param kinds The kinds; an object without a kind is taken for one of them.
 * @param judgement Whether one is as it should be.
 * @returns The condition, which throws for an object of another kind.
 */
export function kindCondition(
  kinds: readonly string[],
  judgement: KindJudgement,
): Condition {
  const { isEverlasting = false, isMet, explain } = judgement;
  const staleOne = (object: KubernetesObject) =>
    isEverlasting ? undefined : staleness(object);
  return matches(
    (object) => {
      if (object === undefined) return false;
      checkKind(object, kinds);
      return staleOne(object) === undefined && isMet(object);
    },
    (object) => {
      if (object === undefined) return "not there";
      checkKind(object, kinds);
      const stale = staleOne(object);
      return stale === undefined ? explain(object) : explainStaleness(stale);
    },
  );
}

function checkKind({ kind }: KubernetesObject, kinds: readonly string[]): void {
  if (kind === undefined || kinds.includes(kind)) return;
  throw new TypeError(
    `Cannot judge a ${kind}: the condition is for a ${kinds.join(" or ")}`,
  );
}
