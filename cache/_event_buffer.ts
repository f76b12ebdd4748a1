/**
 * Buffers between an informer, which must not wait, and its consumer, which
 * may.
 *
 * The plain buffer keeps every event in order and grows with the lag. The
 * coalescing buffer keeps what a consumer needs to arrive at the same state: at
 * most one event for each object, or two if the object was replaced by another
 * of the same name.
 *
 * @module
 */

import { eventAs } from "../api/_lazy_event.ts";
import { uidOfEvent } from "../api/_untrusted.ts";
import type { ChangeEvent, KubernetesObject } from "../api/types.ts";

/** The events that the consumer has not read yet. */
export interface EventBuffer<T extends KubernetesObject> {
  /**
   * Adds an event.
   *
   * @param key The key of the object.
   * @param event The event.
   */
  put(key: string, event: ChangeEvent<T>): void;
  /** Removes and returns the next event, or undefined if there is none. */
  take(): ChangeEvent<T> | undefined;
  /** Removes all events. */
  clear(): void;
  /** How many events, or objects with events, it holds. */
  readonly size: number;
}

/** How many taken slots the array may have before it is copied. */
const MOST_TAKEN = 1024;

/** Keeps every event. */
export class PlainBuffer<T extends KubernetesObject> implements EventBuffer<T> {
  #events: (ChangeEvent<T> | undefined)[] = [];
  #taken = 0;

  /** See `EventBuffer.put`. */
  put(_key: string, event: ChangeEvent<T>): void {
    this.#events.push(event);
  }

  /** See `EventBuffer.take`. */
  take(): ChangeEvent<T> | undefined {
    const event = this.#events[this.#taken];
    if (event === undefined) return undefined;
    this.#events[this.#taken++] = undefined;
    if (this.#taken === this.#events.length) {
      this.clear();
    } else if (
      this.#taken > MOST_TAKEN && this.#taken * 2 > this.#events.length
    ) {
      this.#events = this.#events.slice(this.#taken);
      this.#taken = 0;
    }
    return event;
  }

  /** See `EventBuffer.clear`. */
  clear(): void {
    this.#events = [];
    this.#taken = 0;
  }

  /** See `EventBuffer.size`. */
  get size(): number {
    return this.#events.length - this.#taken;
  }
}

/** A deletion and what follows. */
type Pair<T extends KubernetesObject> = [ChangeEvent<T>, ChangeEvent<T>];

/** The pending events of one object. */
type Pending<T extends KubernetesObject> = ChangeEvent<T> | Pair<T>;

/** Keeps at most one event for each object. */
export class CoalescingBuffer<T extends KubernetesObject>
  implements EventBuffer<T> {
  readonly #pending = new Map<string, Pending<T>>();
  /** Where the next event is: a map has no cheap access to its first entry. */
  #keys: Iterator<string> | undefined;

  /** See `EventBuffer.put`. */
  put(key: string, event: ChangeEvent<T>): void {
    const before = this.#pending.get(key);
    const merged = before === undefined
      ? event
      : Array.isArray(before)
      ? pendingOf([before[0], ...merge(before[1], event)])
      : pendingOf(merge(before, event));
    if (merged === undefined) this.#pending.delete(key);
    else this.#pending.set(key, merged);
  }

  /** See `EventBuffer.take`. */
  take(): ChangeEvent<T> | undefined {
    this.#keys ??= this.#pending.keys();
    const { done, value: key } = this.#keys.next();
    if (done) {
      this.#keys = undefined;
      return undefined;
    }
    const pending = this.#pending.get(key);
    this.#pending.delete(key);
    if (!Array.isArray(pending)) return pending;
    const [first, second] = pending;
    // At the end of the map, where the iterator has not been yet.
    this.#pending.set(key, second);
    return first;
  }

  /** See `EventBuffer.clear`. */
  clear(): void {
    this.#pending.clear();
  }

  /** See `EventBuffer.size`. */
  get size(): number {
    return this.#pending.size;
  }
}

function pendingOf<T extends KubernetesObject>(
  [first, second]: readonly ChangeEvent<T>[],
): Pending<T> | undefined {
  return first === undefined || second === undefined ? first : [first, second];
}

/** Merges two consecutive events of one object. */
function merge<T extends KubernetesObject>(
  before: ChangeEvent<T>,
  after: ChangeEvent<T>,
): ChangeEvent<T>[] {
  switch (before.type) {
    case "ADDED":
      if (after.type === "DELETED") return [];
      return [eventAs(after, "ADDED")];
    case "MODIFIED":
      return [after];
    case "DELETED": {
      const uid = uidOfEvent(before);
      const same = uid !== undefined && uid === uidOfEvent(after);
      return same ? [eventAs(after, "MODIFIED")] : [before, after];
    }
  }
}
