/**
 * Field selectors. What an object is called is no part of their language: a
 * name may hold what would mean something in it.
 *
 * @module
 */

/**
 * A field selector for one value of one field.
 *
 * @param field The path of the field: `"metadata.name"`.
 * @param value The value, whatever it holds.
 * @returns The selector, which may be joined with others by commas.
 */
export function fieldEquals(field: string, value: string): string {
  return `${field}=${value.replace(/[\\,=]/g, "\\$&")}`;
}
