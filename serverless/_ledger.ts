/**
 * How far an invocation has come, and when that is saved.
 *
 * @module
 */

import type { ChangeEvent, KubernetesObject } from "../api/types.ts";
import { type Checkpoint, CHECKPOINT_FORMAT } from "./checkpoint.ts";
import { entryOf, HandedOnIndex } from "./_handed_on_index.ts";
import type { CheckpointKeeper } from "./_checkpoint_keeper.ts";
import type { WatchedResource } from "./_watched_resource.ts";

/** What a ledger needs. */
export interface LedgerParts {
  /** Saves the checkpoint. */
  readonly keeper: CheckpointKeeper;
  /** What the checkpoint is about. */
  readonly resource: WatchedResource;
  /** After how many events it is saved. */
  readonly saveEvery: number;
  /** Whether objects are kept beyond the first list. */
  readonly keepsIndex: boolean;
}

/** How far an invocation has come. */
export class Ledger {
  /** The version up to which everything has been handled. */
  position = "";
  /** What has been handed on; undefined where that is not kept. */
  index: HandedOnIndex | undefined = new HandedOnIndex();

  readonly #parts: LedgerParts;
  #unsaved = 0;
  #hasMoved = false;

  /**
   * Begins with nothing.
   *
   * @param parts What it needs.
   */
  constructor(parts: LedgerParts) {
    this.#parts = parts;
  }

  /** Whether events have been handled that are not saved yet. */
  get hasUnsaved(): boolean {
    return this.#unsaved > 0;
  }

  /** Whether anything has changed since the last save. */
  get hasMoved(): boolean {
    return this.#hasMoved;
  }

  /**
   * Takes up a checkpoint.
   *
   * @param checkpoint The checkpoint.
   */
  resume(checkpoint: Checkpoint): void {
    const { resourceVersion, index } = checkpoint;
    this.position = resourceVersion;
    this.index = index === undefined ? undefined : HandedOnIndex.from(index);
    this.#dropIndexIfUnwanted();
  }

  /**
   * What is to be noted of an event that is about to be handed on: its handler
   * may change the object.
   *
   * @param event The event.
   * @returns What {@linkcode Ledger.handled} takes.
   */
  entryOf(event: ChangeEvent): string | undefined {
    return this.index === undefined ? undefined : entryOf(event);
  }

  /**
   * Notes that an event has been handled.
   *
   * @param entry What has been said of it before.
   */
  handled(entry: string | undefined): void {
    if (entry !== undefined) this.index?.add(entry);
    this.#hasMoved = true;
    this.#unsaved++;
  }

  /** Saves, if so many events have been handled that it is time. */
  async saveIfDue(): Promise<void> {
    if (this.#unsaved >= this.#parts.saveEvery) await this.save();
  }

  /**
   * Notes and saves which objects are about to be handed on for the first time.
   *
   * @param objects The objects.
   */
  async announce(objects: readonly KubernetesObject[]): Promise<void> {
    const { index } = this;
    if (index === undefined || objects.length === 0) return;
    for (const object of objects) index.announce(object);
    this.#hasMoved = true;
    await this.save();
  }

  /**
   * Moves the position.
   *
   * @param position The version up to which everything has been handled.
   */
  moveTo(position: string): void {
    if (position === this.position) return;
    this.position = position;
    this.#hasMoved = true;
  }

  /** Notes that everything has to be compared with a list. */
  mustCompare(index: HandedOnIndex): void {
    index.complete = false;
    this.#hasMoved = true;
  }

  /** Notes that everything that a list of a version shows has been handled. */
  listed(index: HandedOnIndex, resourceVersion: string): void {
    this.position = resourceVersion;
    index.complete = true;
    index.compact();
    this.#hasMoved = true;
    this.#dropIndexIfUnwanted();
  }

  /** Saves, if anything has changed. */
  async save(): Promise<void> {
    if (!this.#hasMoved) return;
    const index = this.index?.toCheckpoint();
    await this.#parts.keeper.save({
      format: CHECKPOINT_FORMAT,
      ...this.#parts.resource.identity,
      resourceVersion: this.position,
      ...(index === undefined ? {} : { index }),
    });
    this.#hasMoved = false;
    this.#unsaved = 0;
  }

  #dropIndexIfUnwanted(): void {
    if (this.#parts.keepsIndex || this.index?.complete !== true) return;
    this.index = undefined;
  }
}
