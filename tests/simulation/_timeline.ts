/**
 * What has really happened on the server: every change in order, and every
 * state that an object has ever had. A server that is restored from a backup
 * begins another timeline, which shares what came before the backup.
 *
 * @module
 */

import type { ChangeEvent } from "../../api/types.ts";
import type { StoredObject } from "../../testing/mod.ts";

/** A change. */
export interface Change {
  /** What has happened. */
  readonly type: ChangeEvent["type"];
  /** The name of the object. */
  readonly name: string;
  /** Its uid. */
  readonly uid: string;
  /** The version of the change. */
  readonly version: number;
  /** The number that each change writes into its object. */
  readonly step: number;
  /** The simulated time, in milliseconds. */
  readonly at: number;
}

/** The changes of a server between two restorations. */
export class Timeline {
  readonly #changes: Change[];

  /** Begins with the changes of a backup. */
  constructor(changes: readonly Change[] = []) {
    this.#changes = [...changes];
  }

  /** The changes, oldest first. */
  get changes(): readonly Change[] {
    return this.#changes;
  }

  /** Adds a change. */
  add(change: Change): void {
    this.#changes.push(change);
  }

  /** The timeline of a server that is restored at a version. */
  upTo(version: number): Timeline {
    return new Timeline(
      this.#changes.filter((change) => change.version <= version),
    );
  }

  /** The first change after a version. */
  after(version: number): Change | undefined {
    return this.#changes.find((change) => change.version > version);
  }
}

/** The step that an object carries. */
export function stepOf({ data }: StoredObject): number {
  const step = typeof data === "object" && data !== null && "step" in data
    ? data.step
    : undefined;
  return Number(step);
}

/** The state of an object as a text, to compare it with others. */
export function identity(object: StoredObject): string {
  const { name, uid, resourceVersion } = object.metadata ?? {};
  return `${name}@${resourceVersion} step ${stepOf(object)} ${uid?.slice(-12)}`;
}
