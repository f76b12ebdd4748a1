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

  /**
   * Judges what is there.
   *
   * @param store The cache, complete.
   * @param options What the tally is about.
   * @throws What the condition throws.
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

  /** Whether as many objects as it takes meet the condition now. */
  isEnough(): boolean {
    if (!this.#addsUp()) return false;
    this.#lookAgain();
    return this.#addsUp();
  }

  /**
   * Takes note of a change.
   *
   * @param event The change.
   * @returns Whether it has changed anything here.
   * @throws What the condition throws.
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
    const isNew = tracked.see(found, { remains });
    if (tracked.isMet) this.#met++;
    return isNew;
  }

  #add(object: T): boolean {
    if (!this.#options.isSelected(object)) return false;
    const tracked = new TrackedObject(this.#conditions);
    this.#tracked.set(metaNamespaceKey(object), tracked);
    tracked.see(object);
    if (tracked.isMet) this.#met++;
    return true;
  }
}
