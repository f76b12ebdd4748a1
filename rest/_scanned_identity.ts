/**
 * The identity of an object that was scanned, and not parsed.
 *
 * @module
 */

import type { ScannedObject } from "./_scanner.ts";
import type { TextLines } from "./_text_lines.ts";
import type { ObjectIdentity } from "../api/types.ts";

/**
 * Returns the identity of a scanned object of the current line. The strings are
 * copies: a part of a string keeps the whole of it in memory, which here is all
 * that was read with the line.
 *
 * @param lines The lines, at the one that was scanned.
 * @param object What the scanner has found.
 * @returns The identity; the name is empty if there is none.
 */
export function scannedIdentity(
  lines: TextLines,
  { name, namespace, uid, resourceVersion }: ScannedObject,
): ObjectIdentity {
  const texts = [name, namespace, uid, resourceVersion]
    .map((extent) => extent === undefined ? "" : lines.part(extent));
  const copy = texts.join("\n");
  const identity: ObjectIdentity = { name: "" };
  let at = 0;
  FIELDS.forEach((field, index) => {
    const end = at + (texts[index]?.length ?? 0);
    if (end > at) identity[field] = copy.slice(at, end);
    at = end + 1;
  });
  return identity;
}

const FIELDS = ["name", "namespace", "uid", "resourceVersion"] as const;
