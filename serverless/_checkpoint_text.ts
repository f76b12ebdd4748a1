/**
 * Checkpoints as text, for the stores that take texts of a limited size, and
 * the bookkeeping that their stores share: which stored version belongs to a
 * checkpoint that was loaded or saved.
 *
 * @module
 */

import { type Checkpoint, damaged } from "./checkpoint.ts";

/**
 * Writes a checkpoint as JSON in ASCII, so that a character is a byte wherever
 * it is stored.
 *
 * @param checkpoint The checkpoint.
 * @returns The text.
 */
export function checkpointText(checkpoint: Checkpoint): string {
  return JSON.stringify(checkpoint).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * Reads a checkpoint.
 *
 * @param text The text.
 * @returns The checkpoint, of which the shape has yet to be checked.
 * @throws {CheckpointMismatchError} If it is not JSON.
 */
export function parseCheckpoint(text: unknown): Checkpoint {
  try {
    if (typeof text === "string") return JSON.parse(text);
  } catch {
    // Said below.
  }
  throw damaged("it is not JSON");
}

/**
 * Cuts a text into slices.
 *
 * @param text The text, in ASCII.
 * @param size The most characters of a slice.
 * @returns The slices, at least one.
 */
export function slicesOf(text: string, size: number): string[] {
  const slices: string[] = [];
  for (let at = 0; at < text.length; at += size) {
    slices.push(text.slice(at, at + size));
  }
  return slices.length === 0 ? [""] : slices;
}

/**
 * Remembers which stored version belongs to a checkpoint. One that is not
 * remembered has been made elsewhere and is compared with what is stored.
 *
 * @typeParam V What the store calls a version.
 */
export class KnownVersions<V> {
  readonly #versions = new WeakMap<Checkpoint, V>();

  /** Notes that a checkpoint is stored under a version. */
  set(checkpoint: Checkpoint, version: V): void {
    this.#versions.set(checkpoint, version);
  }

  /** Returns the version of a checkpoint, if it is known. */
  get(checkpoint: Checkpoint): V | undefined {
    return this.#versions.get(checkpoint);
  }
}
