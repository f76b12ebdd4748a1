/**
 * What an invocation leaves to the next one, and where it is kept.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";
import { CheckpointMismatchError } from "./checkpoint_errors.ts";

/** The newest format that this version reads, and the one that it writes. */
export const CHECKPOINT_FORMAT = 1;

/**
 * The objects that have been handed on: the key, UID and version of each,
 * packed into two texts. About 40 to 60 bytes an object.
 */
export interface CheckpointIndex {
  /** Whether everything up to the version of the checkpoint is in it. */
  readonly complete: boolean;
  /** The objects, sorted by key. */
  readonly objects: string;
  /** What has changed since, oldest first. */
  readonly changes: string;
  /** Detects damage. */
  readonly checksum: number;
}

/**
 * Where an invocation has stopped. It is plain data: JSON and structured
 * clones keep it.
 */
export interface Checkpoint {
  /** The format; a newer one is not read. */
  readonly format: number;
  /** What is watched: path and selectors, or API version and kind. */
  readonly resource: string;
  /** The UID of the namespace `kube-system`, where that could be read. */
  readonly cluster?: string | undefined;
  /** The version up to which everything has been handled. */
  readonly resourceVersion: string;
  /** What has been handed on; absent with `index: false`. */
  readonly index?: CheckpointIndex | undefined;
  /** When a `resumeWait` began, in milliseconds since 1970. */
  readonly startedAt?: number | undefined;
}

/**
 * Keeps one checkpoint. A store must be able to compare and set in one step;
 * Workers KV, for example, cannot.
 *
 * @example A store of one's own
 * ```ts
 * import {
 *   type Checkpoint,
 *   type CheckpointStore,
 *   resumeWatch,
 * } from "@watchtools/kube/serverless";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assert } from "@std/assert";
 *
 * class Row implements CheckpointStore {
 *   #text: string | undefined;
 *   load() {
 *     return Promise.resolve(
 *       this.#text === undefined ? undefined : JSON.parse(this.#text),
 *     );
 *   }
 *   save(next: Checkpoint, previous: Checkpoint | undefined) {
 *     // In SQL: UPDATE … SET checkpoint = next WHERE checkpoint = previous.
 *     const expected = previous && JSON.stringify(previous);
 *     if (this.#text !== expected) return Promise.resolve(false);
 *     this.#text = JSON.stringify(next);
 *     return Promise.resolve(true);
 *   }
 * }
 *
 * const row = new Row();
 * await resumeWatch(new FakeListerWatcher(), row, () => {}, { budgetMs: 1_000 });
 * assert((await row.load()) !== undefined);
 * ```
 */
export interface CheckpointStore {
  /**
   * Reads the checkpoint.
   *
   * @returns It; undefined where none has been saved.
   */
  load(): Promise<Checkpoint | undefined>;
  /**
   * Replaces the checkpoint, if it is still the expected one.
   *
   * @param next The new checkpoint.
   * @param previous What `load` has returned or `save` has saved last;
   *   undefined where there was none.
   * @returns Whether it has been saved; false if another has been saved since.
   */
  save(next: Checkpoint, previous: Checkpoint | undefined): Promise<boolean>;
}

/**
 * Checks what a store has returned.
 *
 * @param value What it has returned.
 * @returns The checkpoint; undefined where there is none.
 * @throws {CheckpointMismatchError} If it is damaged or of a newer format.
 */
export function checkCheckpoint(value: unknown): Checkpoint | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value)) throw damaged("it is not an object");
  const { format, resource, cluster, resourceVersion, index, startedAt } =
    value;
  if (typeof format !== "number" || !Number.isSafeInteger(format)) {
    throw damaged("it has no format");
  }
  if (format > CHECKPOINT_FORMAT) {
    throw new CheckpointMismatchError(
      `Cannot use the checkpoint: its format is ${format}, and this version of the library knows formats up to ${CHECKPOINT_FORMAT}; update the library, or start again with another checkpoint`,
    );
  }
  if (format < 1) throw damaged(`its format is ${format}`);
  if (typeof resource !== "string") throw damaged("it has no resource");
  if (cluster !== undefined && typeof cluster !== "string") {
    throw damaged("its cluster is not a string");
  }
  if (startedAt !== undefined && typeof startedAt !== "number") {
    throw damaged("its startedAt is not a number");
  }
  const checkedIndex = checkIndex(index);
  if (typeof resourceVersion !== "string") {
    throw damaged("it has no resource version");
  }
  const isWatchable = resourceVersion !== "" && resourceVersion !== "0";
  if (!isWatchable && checkedIndex?.complete !== false) {
    throw damaged(`its resource version is ${JSON.stringify(resourceVersion)}`);
  }
  return {
    format,
    resource,
    ...(cluster === undefined ? {} : { cluster }),
    resourceVersion,
    ...(checkedIndex === undefined ? {} : { index: checkedIndex }),
    ...(startedAt === undefined ? {} : { startedAt }),
  };
}

function checkIndex(value: unknown): CheckpointIndex | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value)) throw damaged("its index is not an object");
  const { complete, objects, changes, checksum } = value;
  if (
    typeof complete !== "boolean" || typeof objects !== "string" ||
    typeof changes !== "string" || typeof checksum !== "number"
  ) throw damaged("its index is not an index");
  return { complete, objects, changes, checksum };
}

/**
 * Creates the error for a checkpoint that cannot be understood.
 *
 * @param what What is wrong with it.
 * @returns The error.
 */
export function damaged(what: string): CheckpointMismatchError {
  return new CheckpointMismatchError(
    `Cannot use the checkpoint: it is damaged: ${what}; delete it to start again from a list`,
  );
}

/**
 * Tests whether two checkpoints say the same.
 *
 * @param a One checkpoint.
 * @param b The other one.
 * @returns Whether they do.
 */
export function isSameCheckpoint(
  a: Checkpoint | undefined,
  b: Checkpoint | undefined,
): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return a.format === b.format && a.resource === b.resource &&
    a.cluster === b.cluster && a.resourceVersion === b.resourceVersion &&
    a.startedAt === b.startedAt && a.index?.complete === b.index?.complete &&
    a.index?.checksum === b.index?.checksum &&
    a.index?.objects === b.index?.objects &&
    a.index?.changes === b.index?.changes;
}
