/**
 * How far a `wait` is with its objects: the state behind the line that is
 * redrawn, and behind the last lines when the time is up.
 *
 * @module
 */

import { shortDuration } from "./printers/age.ts";
import { causeText } from "./_failures.ts";
import type { StatusLine } from "./terminal/screen.ts";
import { counted } from "./terminal/text.ts";
import type { WaitGroup } from "./_wait_groups.ts";

/** One object that is waited for. */
export interface WaitItem {
  /** What it is called in results: `"deployment.apps/web"`. */
  label: string;
  /** What it is called in errors: `"deployments/web"`. */
  readonly address: string;
  /** Why it does not meet the conditions yet; undefined before that is known. */
  why: string | undefined;
  /** Whether it meets all conditions, or a condition has failed on it. */
  state: "pending" | "met" | "failed";
}

/** What a `wait` display knows beforehand. */
export interface WaitProgressOptions {
  /** How long the wait may take; 0 if there is no limit. */
  timeoutMs: number;
  /** Says what is waited for until the server has answered. */
  unanswered: () => string;
}

/** Keeps how far a `wait` is, and puts it in words. */
export class WaitProgressDisplay {
  readonly #startedAt = Date.now();
  readonly #options: WaitProgressOptions;
  /** The items, each with the place of its group. */
  readonly #items = new Map<WaitItem, number>();
  readonly #places: Map<WaitGroup, number>;
  readonly #unanswered: Set<WaitGroup>;
  #retries = 0;
  #lastCause: unknown;

  /**
   * Starts counting the time.
   *
   * @param groups What is waited for.
   * @param options The time limit, and what to say at first.
   */
  constructor(groups: Iterable<WaitGroup>, options: WaitProgressOptions) {
    this.#unanswered = new Set(groups);
    this.#places = new Map(
      [...this.#unanswered].map((group, place) => [group, place]),
    );
    this.#options = options;
  }

  /** The groups that the server has not answered for yet. */
  get unanswered(): readonly WaitGroup[] {
    return [...this.#unanswered];
  }

  /** How many objects there are to wait for, met or not. */
  get size(): number {
    return this.#items.size;
  }

  /** What is still waited for, in the order of the groups. */
  get unmet(): readonly WaitItem[] {
    return [...this.#items].filter(([{ state }]) => state === "pending")
      .sort(([, a], [, b]) => a - b).map(([item]) => item);
  }

  /** How often a list or watch was tried again. */
  get retries(): number {
    return this.#retries;
  }

  /** Why the last of them failed, if any did. */
  get lastCause(): unknown {
    return this.#lastCause;
  }

  /** How long it has taken so far. */
  get elapsedMs(): number {
    return Date.now() - this.#startedAt;
  }

  /**
   * Adds objects of a group.
   *
   * @param group The group.
   * @param items The objects.
   */
  add(group: WaitGroup, items: readonly WaitItem[]): void {
    const place = this.#placeOf(group);
    for (const item of items) this.#items.set(item, place);
    this.#unanswered.delete(group);
  }

  /**
   * A group is awaited in parts.
   *
   * @param group The group.
   * @param parts What it comes down to.
   */
  split(group: WaitGroup, parts: readonly WaitGroup[]): void {
    this.#unanswered.delete(group);
    for (const part of parts) {
      this.#places.set(part, this.#placeOf(group));
      this.#unanswered.add(part);
    }
  }

  /**
   * Takes back an item: it only stood for objects to come, or its object is
   * gone.
   *
   * @param item The item.
   */
  withdraw(item: WaitItem): void {
    this.#items.delete(item);
  }

  /**
   * Something failed and is tried again.
   *
   * @param cause What went wrong.
   */
  retried(cause: unknown): void {
    this.#retries++;
    this.#lastCause = cause;
  }

  /** What there is to show. */
  status(): StatusLine {
    const { timeoutMs } = this.#options;
    const limit = timeoutMs > 0 ? `/${shortDuration(timeoutMs)}` : "";
    return {
      lead: `${shortDuration(this.elapsedMs)}${limit}`,
      text: this.#describe(),
      trail: this.#retries === 0
        ? ""
        : `${counted(this.#retries, "restart")}: ${causeText(this.#lastCause)}`,
    };
  }

  #placeOf(group: WaitGroup): number {
    return this.#places.get(group) ?? this.#places.size;
  }

  #describe(): string {
    if (this.#unanswered.size > 0) return this.#options.unanswered();
    const [first, ...others] = this.unmet;
    if (first === undefined) return "";
    const met = [...this.#items.keys()]
      .filter(({ state }) => state === "met").length;
    const count = this.size === 1 ? "" : `${met} of ${this.size} met; `;
    const more = others.length === 0 ? "" : `; and ${others.length} more`;
    return `${count}${itemLine(first)}${more}`;
  }
}

/**
 * One object and why it does not meet the conditions.
 *
 * @param item The object.
 * @returns A line.
 */
export function itemLine({ label, why }: WaitItem): string {
  return why === undefined ? label : `${label}: ${why}`;
}
