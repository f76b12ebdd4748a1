/**
 * One object that is waited for, from state to state.
 *
 * Most conditions are about whatever object has the name. One that is met by
 * `undefined` is about being gone, which is asked of one object, known by its
 * uid: another object that has taken its name does not count as that object.
 *
 * @module
 */

import type { KubernetesObject } from "../api/types.ts";
import { explanation, isMet } from "../conditions/_safe_evaluation.ts";
import { syncResult } from "../internal/sync_result.ts";
import type { Condition } from "../conditions/condition.ts";

/**
 * Judges each state of an object by conditions that are met one after the other:
 * each once, but for the last, which is about the state seen last.
 *
 * @typeParam T Type of the object.
 */
export class TrackedObject<T extends KubernetesObject = KubernetesObject> {
  readonly #conditions: readonly Condition<T>[];
  #isJudged = false;
  /** The uid of the object that was seen first. */
  #uid: string | undefined;
  #now: T | undefined;
  #last: T | undefined;
  /** How many conditions are met. */
  #step = 0;
  #why: string | undefined;
  #thrown: { readonly error: unknown } | undefined;

  /**
   * Tracks an object that has not been seen yet.
   *
   * @param conditions What is waited for, in order; at least one.
   */
  constructor(conditions: readonly Condition<T>[]) {
    this.#conditions = conditions;
  }

  /** The object as it is now; undefined where it is not there. */
  get now(): T | undefined {
    return this.#now;
  }

  /** The object as it was seen last; undefined before that. */
  get last(): T | undefined {
    return this.#last;
  }

  /** Whether all conditions are met. */
  get isMet(): boolean {
    return this.#step === this.#conditions.length;
  }

  /** Why the next condition is not met: asked once for each state. */
  get why(): string {
    return this.#why ??= explanation(() => {
      if (this.#thrown !== undefined) throw this.#thrown.error;
      return this.#conditions[this.#step]?.explain(this.#now) ?? "";
    });
  }

  /** What a condition has thrown for the object as it is now, if it has. */
  get thrown(): { readonly error: unknown } | undefined {
    return this.#thrown;
  }

  /**
   * Judges a state.
   *
   * @param found The object that has the name now, if any.
   * @param options What a DELETED event says of the object that is gone; and
   *   what is called for each condition that is met.
   * @returns Whether it is a new state.
   * @throws What a condition throws.
   */
  see(
    found: T | undefined,
    { remains, onMet }: { remains?: T | undefined; onMet?: () => void } = {},
  ): boolean {
    this.#uid ??= found?.metadata?.uid;
    const step = Math.min(this.#step, this.#conditions.length - 1);
    const now = this.#meant(found, this.#conditions[step]);
    const isOwn = remains !== undefined && !this.#isOther(remains);
    const last = now ?? (isOwn ? remains : this.#last);
    if (this.#isJudged && now === this.#now && last === this.#last) {
      return false;
    }
    this.#isJudged = true;
    this.#last = last;
    this.#why = this.#thrown = undefined;
    this.#step = step;
    for (const condition of this.#conditions.slice(step)) {
      this.#now = this.#meant(found, condition);
      if (!this.#isMetBy(condition)) break;
      this.#step++;
      onMet?.();
    }
    return true;
  }

  #isMetBy(condition: Condition<T>): boolean {
    try {
      return syncResult(condition(this.#now));
    } catch (error) {
      this.#thrown = { error };
      throw error;
    }
  }

  /** What a condition is to judge of the object that has the name now. */
  #meant(found: T | undefined, condition: Condition<T> | undefined) {
    return found !== undefined && condition !== undefined &&
        this.#isOther(found) && isMet(condition, undefined)
      ? undefined
      : found;
  }

  #isOther({ metadata }: T): boolean {
    return metadata?.uid !== this.#uid;
  }
}
