/**
 * How `isReady` judges the objects of one kind.
 *
 * @module
 */

import { errorText } from "../internal/error_text.ts";
import { textField } from "../internal/json_fields.ts";
import type { Condition } from "./condition.ts";
import type { KubernetesObject } from "../api/types.ts";
import { equalsFold, findCondition, hasCondition } from "./_find_condition.ts";
import { explainStaleness, staleness } from "./_staleness.ts";
import { reasonOf } from "./_status_text.ts";

/**
 * Whether an object is ready: it is; it is not yet; or, without a change from
 * outside, it can no longer become ready.
 */
export interface Verdict {
  /** Which of the three. */
  readonly state: "ready" | "waiting" | "failed";
  /** The state of the object, on one line. */
  readonly why: string;
  /** What a condition threw. */
  readonly error?: unknown;
}

/** How to judge the objects of one kind. */
export interface ReadyKind {
  /**
   * The type of the status condition that decides. If it has an
   * `observedGeneration` of its own, that one tells whether the status is older
   * than the specification.
   */
  readonly decidedBy?: string | undefined;
  /**
   * Judges an object whose status is up to date.
   *
   * @param object The object.
   * @returns The verdict.
   */
  judge(object: KubernetesObject): Verdict;
}

/**
 * The verdict on an object that is ready.
 *
 * @param why The state of the object.
 * @returns The verdict.
 */
export function ready(why: string): Verdict {
  return { state: "ready", why };
}

/**
 * The verdict on an object that is not ready yet.
 *
 * @param why What is missing.
 * @returns The verdict.
 */
export function waiting(why: string): Verdict {
  return { state: "waiting", why };
}

/**
 * The verdict on an object that can no longer become ready.
 *
 * @param why What has happened.
 * @returns The verdict.
 */
export function failed(why: string): Verdict {
  return { state: "failed", why };
}

/** A kind without a state of its own: it is ready once it exists. */
export const STATELESS: ReadyKind = { judge: () => ready("there") };

/**
 * Judges by a ready-made condition.
 *
 * @param condition The condition. If it throws, the object has failed.
 * @returns How to judge.
 */
export function byCondition(condition: Condition): ReadyKind {
  return {
    judge(object) {
      try {
        const isMet = condition(object);
        return (isMet ? ready : waiting)(condition.explain(object));
      } catch (error) {
        return { state: "failed", why: errorText(error), error };
      }
    },
  };
}

/** Options for {@linkcode byStatusCondition}. */
export interface StatusConditionRule {
  /** The values of other conditions with which the object is not ready. */
  readonly unless?: readonly (readonly [type: string, value: string])[];
  /**
   * Returns whether the object cannot recover; called if the condition is not
   * true.
   */
  readonly isFinal?: (object: KubernetesObject) => boolean;
}

/**
 * Judges by a status condition that has to be true.
 *
 * @param type The type of the condition.
 * @param rule What else counts.
 * @returns How to judge.
 */
export function byStatusCondition(
  type: string,
  { unless = [], isFinal = () => false }: StatusConditionRule = {},
): ReadyKind {
  return {
    decidedBy: type,
    judge(object) {
      const condition = findCondition(object, type);
      const why = describeCondition(condition, type);
      if (!equalsFold(textField(condition, "status"), "True")) {
        return (isFinal(object) ? failed : waiting)(why);
      }
      const veto = unless.find(([other, value]) =>
        hasCondition(object, other, value)
      );
      if (veto === undefined) return ready(why);
      const [other] = veto;
      return waiting(describeCondition(findCondition(object, other), other));
    },
  };
}

/**
 * Judges by several status conditions, all of which have to be true.
 *
 * @param types The types of the conditions.
 * @returns How to judge.
 */
export function byStatusConditions(...types: readonly string[]): ReadyKind {
  return {
    decidedBy: types[0],
    judge(object) {
      for (const type of types) {
        const condition = findCondition(object, type);
        const stale = staleness(object, condition);
        if (stale !== undefined) return waiting(explainStaleness(stale));
        if (!hasCondition(object, type)) {
          return waiting(describeCondition(condition, type));
        }
      }
      return ready(types.map((type) => `${type}=True`).join(", "));
    },
  };
}

/** The values of a field that holds a phase. */
export interface PhaseRule {
  /** Where the phase is. */
  readonly path: readonly string[];
  /** The phases of an object that is ready. */
  readonly ready: readonly string[];
  /** The phases that nothing follows. */
  readonly failed?: readonly string[];
  /** Where the reason or message is. */
  readonly message?: readonly string[];
}

/**
 * Judges by a phase.
 *
 * @param rule The phases.
 * @returns How to judge.
 */
export function byPhase(rule: PhaseRule): ReadyKind {
  return {
    judge(object) {
      const phase = textField(object, ...rule.path) || undefined;
      const message = textField(object, ...rule.message ?? []);
      const name = rule.path.at(-1);
      if (phase === undefined) return waiting(`no ${name}`);
      const why = message ? `${phase}: ${message}` : phase;
      if (rule.ready.includes(phase)) return ready(why);
      return (rule.failed?.includes(phase) ? failed : waiting)(why);
    },
  };
}

/**
 * Describes a status condition.
 *
 * @param condition The condition.
 * @param type Its type.
 * @returns `"Ready=False: ImagePullBackOff: …"`.
 */
export function describeCondition(condition: unknown, type: string): string {
  if (condition === undefined) return `no condition ${type}`;
  const reason = reasonOf(condition);
  const status = textField(condition, "status");
  return `${type}=${status}${reason === undefined ? "" : `: ${reason}`}`;
}
