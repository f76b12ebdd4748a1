/**
 * The identity of an object that was scanned, and not parsed.
 *
 * @module
 */

import type { Extent, ScannedObject, Source } from "./_scanner.ts";
import type { ObjectIdentity } from "../api/types.ts";

/** What is scanned, and parts of it as strings of their own. */
export interface TextSource extends Source {
  /**
   * Copies a part: a part of a string would keep the whole of it in memory,
   * which here is all that was read with it.
   *
   * @param part Where it is in the bytes, in whole characters.
   * @returns The text.
   */
  copy(part: Extent): string;
}

const FIELDS = ["name", "namespace", "uid", "resourceVersion"] as const;

/** One copy is made of what is not longer than this, from the first to the last. */
const MAX_COPY = 512;

/**
 * Returns the identity of a scanned object.
 *
 * @param source What was scanned.
 * @param object What the scanner has found.
 * @returns The identity; the name is empty if there is none.
 */
export function scannedIdentity(
  source: TextSource,
  object: ScannedObject,
): ObjectIdentity {
  const { start, end } = extentOf(object);
  const isShort = source.ascii !== undefined && end - start <= MAX_COPY;
  const copy = isShort ? source.copy({ start, end }) : undefined;
  const identity: ObjectIdentity = { name: "" };
  for (const field of FIELDS) {
    const extent = object[field];
    if (extent === undefined || extent.start === extent.end) continue;
    identity[field] = copy === undefined
      ? source.copy(extent)
      : copy.slice(extent.start - start, extent.end - start);
  }
  return identity;
}

/** From the first of the fields to the last. */
function extentOf(object: ScannedObject): Extent {
  let start = Infinity;
  let end = 0;
  for (const field of FIELDS) {
    const extent = object[field];
    if (extent === undefined) continue;
    start = Math.min(start, extent.start);
    end = Math.max(end, extent.end);
  }
  return end === 0 ? { start: 0, end: 0 } : { start, end };
}
