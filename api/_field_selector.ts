/**
 * Field selectors. Values are escaped, because a name may contain characters
 * that are part of the selector syntax.
 *
 * @module
 */

/**
 * Builds a field selector that matches one value of one field.
 *
 * @param field The path of the field: `"metadata.name"`.
 * @param value The value; `\`, `,` and `=` in it are escaped.
 * @returns The selector; join several with commas.
 */
export function fieldEquals(field: string, value: string): string {
  return `${field}=${value.replace(/[\\,=]/g, "\\$&")}`;
}
