/**
 * Which objects meet a condition now, kept up with an informer's cache.
 *
 * An event only tells where to look: what is judged is always what the cache
 * holds at that moment, which is never older than the event. Each object is
 * judged once for each state of it, and before the tally says that it is enough
 * it looks at all of them again, since the cache may be ahead of the events of
 * others.
 *
 * There are two tallies. One is about objects that are there. The other is
 * about objects that go away, which can only be those that were there in the
 * beginning: each of them is followed by its uid, and the last that was seen of
 * it is kept.
 *
 * @module
 */

import { explanation, isMet } from "../conditions/_safe_evaluation.ts";
import type { Condition } from "../conditions/condition.ts";
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

/** An object that is counted. */
interface Entry<T> {
  /** The object as it was judged last. */
  readonly object: T;
  readonly isMet: boolean;
  /** Whether `object` is what was left of it. */
  readonly isGone: boolean;
}

/**
 * Counts the objects that meet a condition.
 *
 * @typeParam T Type of the objects.
 */
export class WaitTally<T extends KubernetesObject> {
  readonly #options: WaitTallyOptions<T>;
  readonly #store: Store<T>;
  readonly #entries = new Map<string, Entry<T>>();
  readonly #explained = new WeakMap<Entry<T>, string>();
  /** Whether it is about objects that go away. */
  readonly #followsGone: boolean;
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
    this.#followsGone = isMet(options.condition, undefined);
    for (const object of store) {
      if (options.isSelected(object)) this.#judge(object);
    }
  }

  /** How many objects meet the condition. */
  get met(): number {
    return this.#met;
  }

  /** How many objects there are; of those that go away, how many there were. */
  get total(): number {
    return this.#entries.size;
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
    return [...this.#entries.values()].filter((entry) => entry.isMet)
      .map(({ object }) => object);
  }

  /** The objects that do not meet it yet. */
  unmet(): PendingObject<T>[] {
    return [...this.#entries.values()].filter((entry) => !entry.isMet)
      .map((entry) => ({ object: entry.object, why: this.#explain(entry) }));
  }

  #addsUp(): boolean {
    const { count } = this.#options;
    const { met, total } = this;
    // Nothing can come any more to those that were there in the beginning.
    if (this.#followsGone) {
      return met >= (count === "all" ? total : Math.min(count, total));
    }
    return count === "all" ? total > 0 && met === total : met >= count;
  }

  #lookAgain(): void {
    for (const key of [...this.#entries.keys()]) this.#lookAt(key);
    if (this.#followsGone) return;
    for (const object of this.#store) {
      if (this.#entries.has(metaNamespaceKey(object))) continue;
      if (this.#options.isSelected(object)) this.#judge(object);
    }
  }

  /** Brings what is known of an object up to what the cache holds. */
  #lookAt(key: string, last?: T): boolean {
    const entry = this.#entries.get(key);
    const object = this.#store.getByKey(key);
    if (this.#followsGone) {
      return entry !== undefined && this.#follow(key, entry, object, last);
    }
    if (object === undefined) {
      this.#set(key, undefined);
      return entry !== undefined;
    }
    if (object === entry?.object || !this.#options.isSelected(object)) {
      return false;
    }
    this.#judge(object);
    return true;
  }

  #follow(
    key: string,
    entry: Entry<T>,
    object: T | undefined,
    last: T | undefined,
  ): boolean {
    const isSame = (one: T | undefined): one is T =>
      one !== undefined && one.metadata?.uid === entry.object.metadata?.uid;
    if (isSame(object)) {
      if (object === entry.object && !entry.isGone) return false;
      this.#judge(object);
      return true;
    }
    const remains = isSame(last) ? last : entry.object;
    if (entry.isGone && remains === entry.object) return false;
    this.#set(key, {
      object: remains,
      isMet: this.#options.condition(undefined),
      isGone: true,
    });
    return true;
  }

  #judge(object: T): void {
    this.#set(metaNamespaceKey(object), {
      object,
      isMet: this.#options.condition(object),
      isGone: false,
    });
  }

  #set(key: string, entry: Entry<T> | undefined): void {
    if (this.#entries.get(key)?.isMet) this.#met--;
    if (entry === undefined) return void this.#entries.delete(key);
    if (entry.isMet) this.#met++;
    this.#entries.set(key, entry);
  }

  /** Once for each state: an explanation may cost more than a judgement. */
  #explain(entry: Entry<T>): string {
    const known = this.#explained.get(entry);
    if (known !== undefined) return known;
    const object = entry.isGone ? undefined : entry.object;
    const { condition } = this.#options;
    const why = explanation(() => condition.explain(object));
    this.#explained.set(entry, why);
    return why;
  }
}
