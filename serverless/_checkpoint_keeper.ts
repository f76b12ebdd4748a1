/**
 * Loads and saves the checkpoint of one invocation. It knows which one is
 * expected in the store, measures the store, and says in words what went wrong
 * with it.
 *
 * @module
 */

import { errorText } from "../internal/error_text.ts";
import type { Budget } from "./_budget.ts";
import {
  checkCheckpoint,
  type Checkpoint,
  type CheckpointStore,
  isSameCheckpoint,
} from "./checkpoint.ts";
import {
  CheckpointConflictError,
  CheckpointMismatchError,
  CheckpointStoreError,
} from "./checkpoint_errors.ts";

/** How often a save is tried. */
const SAVE_ATTEMPTS = 2;

/** Loads and saves the checkpoint of one invocation. */
export class CheckpointKeeper {
  readonly #store: CheckpointStore;
  readonly #budget: Budget;
  #previous: Checkpoint | undefined;

  /**
   * Creates a keeper that has loaded nothing.
   *
   * @param store The store.
   * @param budget The time of the invocation.
   */
  constructor(store: CheckpointStore, budget: Budget) {
    this.#store = store;
    this.#budget = budget;
  }

  /** What is in the store, as far as this invocation knows. */
  get current(): Checkpoint | undefined {
    return this.#previous;
  }

  /**
   * Loads the checkpoint.
   *
   * @returns It; undefined where there is none.
   * @throws {CheckpointStoreError} If the store fails or is too slow.
   * @throws {CheckpointMismatchError} If it is damaged or of a newer format.
   */
  async load(): Promise<Checkpoint | undefined> {
    const loaded = await this.#loadValue();
    const checked = checkCheckpoint(loaded);
    // The store may know its own object, and has to compare with what it holds.
    this.#previous = checked === undefined ? undefined : loaded;
    return checked;
  }

  /**
   * Saves a checkpoint, unless another has been saved.
   *
   * @param next The checkpoint.
   * @throws {CheckpointConflictError} If another has been saved.
   * @throws {CheckpointStoreError} If the store fails or is too slow.
   */
  async save(next: Checkpoint): Promise<void> {
    let failure: unknown;
    for (let attempt = 1; attempt <= SAVE_ATTEMPTS; attempt++) {
      try {
        const saved: unknown = await this.#measure(() =>
          this.#store.save(next, this.#previous)
        );
        // A result that is merely truthy, such as { ok: false }, says nothing.
        if (typeof saved !== "boolean") {
          throw new Error(`save() returned ${typeof saved}, not a boolean`);
        }
        // A save that has failed may have been one all the same.
        const isOurs = saved ||
          (attempt > 1 && isSameCheckpoint(await this.#loadValue(), next));
        if (!isOurs) throw conflict();
        this.#previous = next;
        return;
      } catch (error) {
        if (error instanceof CheckpointConflictError) throw error;
        failure = error;
        if (this.#budget.untilDeadlineMs <= 0) break;
      }
    }
    throw storeError("save", failure);
  }

  async #loadValue(): Promise<Checkpoint | undefined> {
    try {
      const value = await this.#measure(() => this.#store.load());
      return value ?? undefined;
    } catch (cause) {
      throw storeError("load", cause);
    }
  }

  async #measure<V>(ask: () => Promise<V>): Promise<V> {
    const startedAt = Date.now();
    try {
      return await this.#budget.within(
        // A store without types may answer at once.
        Promise.resolve(ask()),
        () => new Error("it has not answered within the budget"),
      );
    } finally {
      this.#budget.store.add(Date.now() - startedAt);
    }
  }
}

function conflict(): CheckpointConflictError {
  return new CheckpointConflictError(
    "Cannot save the checkpoint: another invocation has saved one since this one began; leave the rest to it",
  );
}

function storeError(action: "load" | "save", cause: unknown): Error {
  if (
    cause instanceof CheckpointStoreError ||
    cause instanceof CheckpointMismatchError
  ) return cause;
  return new CheckpointStoreError(
    `Cannot ${action} the checkpoint: ${errorText(cause)}`,
    { cause },
  );
}
