/**
 * Conditions that apply only to objects of certain kinds. On an object of
 * another kind they would silently never be met, or be met by accident, because
 * the fields they read do not exist there. The group counts, too: a kind of the
 * same name in another group is another kind.
 *
 * @module
 */

import { groupKindOf, parseGroupKind } from "./_group_kind.ts";
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
  /**
   * Says why the object can no longer meet the condition, whatever becomes of
   * its specification; `undefined` if it can. A pod that is over stays over, so
   * a status that is older than the specification counts here.
   */
  whyNever?(object: KubernetesObject): string | undefined;
}

/**
 * Creates a condition on objects of certain kinds. It is not met if the object
 * does not exist or if its status is older than its specification.
 *
 * @param kinds The kinds with their groups: `"apps/Deployment"`, or `"Pod"` for
 *   a kind of the core group. An object without a kind is assumed to be of one
 *   of them; an object without an `apiVersion` is taken at its kind.
 * @param evaluation How to evaluate an object of these kinds.
 * @returns The condition. It throws a `TypeError` for an object of another
 *   kind, and an `Error` if the object can no longer meet the condition.
 */
export function kindCondition(
  kinds: readonly string[],
  evaluation: KindEvaluation,
): Condition {
  const { ignoreStaleness = false } = evaluation;
  const stalenessOf = (object: KubernetesObject) =>
    ignoreStaleness ? undefined : staleness(object);
  return matches(
    (object) => {
      if (object === undefined) return false;
      checkKind(object, kinds);
      const why = evaluation.whyNever?.(object);
      if (why !== undefined) throw new Error(why);
      return stalenessOf(object) === undefined && evaluation.isMet(object);
    },
    (object) => {
      if (object === undefined) return "not there";
      checkKind(object, kinds);
      const stale = evaluation.whyNever?.(object) === undefined
        ? stalenessOf(object)
        : undefined;
      return stale === undefined
        ? evaluation.explain(object)
        : explainStaleness(stale);
    },
  );
}

function checkKind(object: KubernetesObject, keys: readonly string[]): void {
  const { group, kind } = groupKindOf(object);
  const kinds = keys.map(parseGroupKind);
  const isOne = kinds.some((one) =>
    (group === undefined || one.group === group) &&
    (kind === undefined || one.kind === kind)
  );
  if (isOne) return;
  const names = [...new Set(kinds.map((one) => one.kind))].join(" or ");
  const [of, onlyOf] = group === undefined ? ["", ""] : [
    ` of ${groupNames([group])}`,
    ` of ${groupNames(kinds.map((one) => one.group))}`,
  ];
  throw new TypeError(
    `Cannot evaluate the condition on ${
      kind === undefined ? "an object" : `a ${kind}`
    }${of}: it applies only to a ${names}${onlyOf}`,
  );
}

/** `"the core group"`, `"the group apps or extensions"`. */
function groupNames(groups: readonly string[]): string {
  const others = [...new Set(groups)].filter((group) => group !== "");
  return [
    ...(groups.includes("") ? ["the core group"] : []),
    ...(others.length > 0 ? [`the group ${others.join(" or ")}`] : []),
  ].join(" or ");
}
