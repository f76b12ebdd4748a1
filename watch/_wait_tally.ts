/**
 * Which objects meet a condition now, kept current with an informer's cache.
 *
 * An event only says where to look: what is judged is always what the cache
 * holds at that moment, which is never older than the event. Each object is
 * judged once for each state of it, and before the tally says that it is enough
 * it looks at all of them again, since the cache may be ahead of the events of
 * others.
 *
 * A tally is about objects that are there, or about objects that go away. The
 * latter can only be those that were there in the beginning: each of them is
 * tracked by its uid, and the last that was seen of it is kept.
 *
 * An object for which the condition throws can no longer meet it. Where only a
 * number of objects is needed, others may: the tally is hopeless once it has
 * thrown for each object that is there.
 *
 * @module
 */

import { isMet } from "../conditions/_safe_evaluation.ts";
import type { Condition } from "../conditions/condition.ts";
import { TrackedObject } from "./_tracked_object.ts";
import type { PendingObject } from "./condition_not_met_error.ts";
import { metaNamespaceKey } from "../api/meta_namespace_key.ts";
import type { Store } from "../cache/store.ts";
import type { ChangeEvent, KubernetesObject } from "../api/types.ts";

/** What a tally is about. */
export interface WaitTallyOptions<T extends KubernetesObject> {
  /** What is waited for. */
  readonly condition: Condition<T>;
  /** How many objects must meet it at the same time. */
  readonly count: number | "all";
  /** Whether the wait is about an object. */
  readonly isSelected: (object: T) => boolean;
}

/**
 * Counts the objects that meet a condition.
 *
 * @typeParam T Type of the objects.
 */
export class WaitTally<T extends KubernetesObject> {
  readonly #options: WaitTallyOptions<T>;
  readonly #conditions: readonly Condition<T>[];
  readonly #store: Store<T>;
  readonly #tracked = new Map<string, TrackedObject<T>>();
  /** Whether it is about objects that go away. */
  readonly #isAboutAbsence: boolean;
  #met = 0;
  /** Whether the condition has ever thrown. */
  #hasThrown = false;

  /**
   * Judges what is there.
   *
   * @param store The cache, complete.
   * @param options What the tally is about.
   * @throws What the condition throws, if all objects have to meet it.
   */
  constructor(store: Store<T>, options: WaitTallyOptions<T>) {
    this.#store = store;
    this.#options = options;
    this.#conditions = [options.condition];
    this.#isAboutAbsence = isMet(options.condition, undefined);
    for (const object of store) this.#add(object);
  }

  /** How many objects meet the condition. */
  get met(): number {
    return this.#met;
  }

  /** How many objects there are; of those that go away, how many there were. */
  get total(): number {
    return this.#tracked.size;
  }

  /**
   * Tests whether as many objects as it takes meet the condition now.
   *
   * @returns Whether they do.
   * @throws What the condition has thrown, if it has for each object that is
   *   there.
   */
  isEnough(): boolean {
    if (!this.#addsUp() && this.#thrown() === undefined) return false;
    this.#lookAgain();
    if (this.#addsUp()) return true;
    const thrown = this.#thrown();
    if (thrown === undefined) return false;
    throw thrown.error;
  }

  /**
   * Takes note of a change.
   *
   * @param event The change.
   * @returns Whether it has changed anything here.
   * @throws What the condition throws, if all objects have to meet it.
   */
  changed({ object, type }: ChangeEvent<T>): boolean {
    const key = metaNamespaceKey(object);
    return this.#lookAt(key, type === "DELETED" ? object : undefined);
  }

  /** The objects that meet the condition, as they were judged last. */
  objects(): T[] {
    return [...this.#tracked.values()].flatMap(({ isMet, last }) =>
      isMet && last !== undefined ? [last] : []
    );
  }

  /** The objects that do not meet it yet. */
  unmet(): PendingObject<T>[] {
    return [...this.#tracked.values()].flatMap((tracked) => {
      const { isMet, last } = tracked;
      const isPending = !isMet && last !== undefined;
      return isPending ? [{ object: last, why: tracked.why }] : [];
    });
  }

  /** What the condition has thrown, if it has for each object that is there. */
  #thrown(): TrackedObject["thrown"] {
    let first: TrackedObject["thrown"];
    if (!this.#hasThrown) return first;
    for (const { now, thrown } of this.#tracked.values()) {
      if (now !== undefined && thrown === undefined) return undefined;
      first ??= thrown;
    }
    return first;
  }

  #addsUp(): boolean {
    const { count } = this.#options;
    const { met, total } = this;
    // No others can come to those that were there in the beginning.
    if (this.#isAboutAbsence) {
      return met >= (count === "all" ? total : Math.min(count, total));
    }
    return count === "all" ? total > 0 && met === total : met >= count;
  }

  #lookAgain(): void {
    for (const key of [...this.#tracked.keys()]) this.#lookAt(key);
    for (const key of this.#store.listKeys()) this.#lookAt(key);
  }

  /** Brings what is known of an object up to what the cache holds. */
  #lookAt(key: string, remains?: T): boolean {
    const tracked = this.#tracked.get(key);
    const found = this.#store.getByKey(key);
    if (tracked === undefined) {
      return !this.#isAboutAbsence && found !== undefined && this.#add(found);
    }
    if (tracked.isMet) this.#met--;
    if (found === undefined && !this.#isAboutAbsence) {
      return this.#tracked.delete(key);
    }
    const isNew = this.#judge(tracked, found, remains);
    if (tracked.isMet) this.#met++;
    return isNew;
  }

  /** Returns whether it is a new state. */
  #judge(tracked: TrackedObject<T>, found: T | undefined, remains?: T) {
    try {
      return tracked.see(found, { remains });
    } catch (error) {
      if (this.#options.count === "all") throw error;
      return this.#hasThrown = true;
    }
  }

  #add(object: T): boolean {
    if (!this.#options.isSelected(object)) return false;
    const tracked = new TrackedObject(this.#conditions);
    this.#tracked.set(metaNamespaceKey(object), tracked);
    this.#judge(tracked, object);
    if (tracked.isMet) this.#met++;
    return true;
  }
}
