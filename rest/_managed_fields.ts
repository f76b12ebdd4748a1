/**
 * Objects without `metadata.managedFields`: cut out of the text of a list, or
 * deleted where an object has been parsed with it.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";
import { scanListForManagedFields } from "./_scanner.ts";

/**
 * Cuts `metadata.managedFields` of all items out of the body of a list, so that
 * it is neither decoded nor parsed.
 *
 * @param bytes The body, which is overwritten.
 * @returns What is left of it; undefined if it has to be parsed as it is.
 */
export function cutManagedFields(
  bytes: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> | undefined {
  const cuts = scanListForManagedFields(bytes);
  if (cuts === undefined) return undefined;
  let length = 0;
  let from = 0;
  for (const { start, end } of cuts) {
    bytes.copyWithin(length, from, start);
    length += start - from;
    from = end;
  }
  bytes.copyWithin(length, from);
  return bytes.subarray(0, length + bytes.length - from);
}

/**
 * Deletes `metadata.managedFields` of an object.
 *
 * @param object The object, which is modified; its metadata may be anything.
 */
export function deleteManagedFields(object: object): void {
  if (!isRecord(object) || !isRecord(object.metadata)) return;
  Reflect.deleteProperty(object.metadata, "managedFields");
}
