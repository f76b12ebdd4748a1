/**
 * Objects without `metadata.managedFields`, where they have been parsed with it.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";

/**
 * Deletes `metadata.managedFields` of an object.
 *
 * @param object The object, which is modified; its metadata may be anything.
 */
export function deleteManagedFields(object: object): void {
  if (!isRecord(object) || !isRecord(object.metadata)) return;
  Reflect.deleteProperty(object.metadata, "managedFields");
}
