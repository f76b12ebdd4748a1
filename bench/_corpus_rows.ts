/**
 * Corpora of objects with the verdicts of other tools: a JSON list of
 * `{ name, object, expected }`.
 *
 * @module
 */

import { isRecord, textField } from "../internal/json_fields.ts";
import type { KubernetesObject } from "../api/types.ts";

/** What `kubectl rollout status` prints, and whether it is done then. */
export interface RolloutVerdict {
  /** The line that it prints, with its line break. */
  readonly msg: string;
  /** Whether the rollout is complete. */
  readonly done: boolean;
  /** The message of its error; null without one. */
  readonly err: string | null;
}

/** An object, and a verdict on it. */
export interface CorpusRow {
  /** Where it comes from. */
  readonly name: string;
  /** The object. */
  readonly object: KubernetesObject;
  /** A word of Argo CD or kstatus, or what kubectl prints. */
  readonly expected: string | RolloutVerdict;
}

/**
 * Reads a corpus.
 *
 * @param path The file.
 * @returns Its rows.
 * @throws {TypeError} If it is not a list of rows.
 */
export async function readCorpus(path: string): Promise<CorpusRow[]> {
  const rows: unknown = JSON.parse(await Deno.readTextFile(path));
  if (!Array.isArray(rows)) {
    throw new TypeError(`Cannot read '${path}': expected a list of rows`);
  }
  return rows.map((row: unknown, index) => {
    const { name, object, expected }: Record<string, unknown> = isRecord(row)
      ? row
      : {};
    if (
      typeof name !== "string" || !isRecord(object) ||
      !(typeof expected === "string" || isRolloutVerdict(expected))
    ) {
      throw new TypeError(
        `Cannot read row ${index} of '${path}': expected { name, object, expected }`,
      );
    }
    return { name, object, expected };
  });
}

function isRolloutVerdict(value: unknown): value is RolloutVerdict {
  return isRecord(value) && typeof value.msg === "string" &&
    typeof value.done === "boolean" &&
    (value.err === null || textField(value, "err") !== undefined);
}
