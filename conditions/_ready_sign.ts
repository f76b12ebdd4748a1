/**
 * What decides whether an object of any kind is ready. The rules are tried in
 * order; `docs/ready.md` explains them.
 *
 * @module
 */

import { field } from "../internal/json_fields.ts";
import type { KubernetesObject } from "../api/types.ts";
import { explainDeletion } from "./_deletion.ts";
import { findCondition, hasCondition } from "./_find_condition.ts";
import { findByKind } from "./_group_kind.ts";
import { READY_KINDS } from "./_ready_kinds.ts";
import {
  byStatusCondition,
  describeCondition,
  failed,
  ready,
  type Verdict,
  waiting,
} from "./_ready_verdict.ts";
import { explainStaleness, staleness } from "./_staleness.ts";

/** The status conditions that say whether an object is ready, best first. */
const READY_CONDITIONS = [
  "Ready",
  "Available",
  "Succeeded",
  "Established",
  "Programmed",
] as const;

/** The conditions with which such a condition does not count, if true. */
const VETOES = [["Synced", "False"], ["Paused", "True"]] as const;

/** What a verdict rests on. */
export type ReadySign =
  | "existence"
  | "deletion"
  | "observedGeneration"
  | "Stalled"
  | "Reconciling"
  | "kind"
  | (typeof READY_CONDITIONS)[number]
  | "none";

/** A verdict, and what it rests on. */
export interface SignedVerdict extends Verdict {
  /** What it rests on. */
  readonly sign: ReadySign;
}

/** Options for {@linkcode readyVerdict}. */
export interface ReadyVerdictOptions {
  /** What an object is whose state says nothing. */
  readonly noSign: "wait" | "ready";
}

/**
 * Judges an object of any kind.
 *
 * @param object The object; `undefined` if it does not exist.
 * @param options What to do without a sign.
 * @returns The verdict.
 */
export function readyVerdict(
  object: KubernetesObject | undefined,
  { noSign }: ReadyVerdictOptions,
): SignedVerdict {
  if (object === undefined) {
    return { sign: "existence", ...waiting("not there") };
  }
  return deletionVerdict(object) ??
    kstatusVerdict(object) ??
    kindVerdict(object) ??
    conditionVerdict(object) ??
    { sign: "none", ...noSignVerdict(noSign) };
}

function deletionVerdict(object: KubernetesObject): SignedVerdict | undefined {
  const since = field(object, "metadata", "deletionTimestamp");
  return since === undefined || since === null
    ? undefined
    : { sign: "deletion", ...waiting(explainDeletion(object)) };
}

/**
 * Judges by the conditions that Flux and other projects have for this purpose:
 * they are only there while something is wrong.
 */
function kstatusVerdict(object: KubernetesObject): SignedVerdict | undefined {
  for (const sign of ["Stalled", "Reconciling"] as const) {
    if (!hasCondition(object, sign)) continue;
    const condition = findCondition(object, sign);
    const give = sign === "Stalled" ? failed : waiting;
    return staleVerdict(object, condition) ??
      { sign, ...give(describeCondition(condition, sign)) };
  }
  return undefined;
}

function kindVerdict(object: KubernetesObject): SignedVerdict | undefined {
  const kind = findByKind(READY_KINDS, object);
  if (kind === undefined) return undefined;
  const deciding = kind.decidedBy === undefined
    ? undefined
    : findCondition(object, kind.decidedBy);
  return staleVerdict(object, deciding) ??
    { sign: "kind", ...kind.judge(object) };
}

function conditionVerdict(object: KubernetesObject): SignedVerdict | undefined {
  const sign = READY_CONDITIONS.find((type) =>
    findCondition(object, type) !== undefined
  );
  if (sign === undefined) return staleVerdict(object, undefined);
  return staleVerdict(object, findCondition(object, sign)) ??
    { sign, ...byStatusCondition(sign, { unless: VETOES }).judge(object) };
}

function staleVerdict(
  object: KubernetesObject,
  condition: unknown,
): SignedVerdict | undefined {
  const stale = staleness(object, condition);
  return stale &&
    { sign: "observedGeneration", ...waiting(explainStaleness(stale)) };
}

function noSignVerdict(noSign: "wait" | "ready"): Verdict {
  return noSign === "ready"
    ? ready("there; nothing in the object says whether it is ready")
    : waiting("nothing in the object says whether it is ready");
}
