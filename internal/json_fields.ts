/**
 * Reading JSON of an unknown shape: a custom resource may have anything under
 * `status`. A value of an unexpected type counts as absent.
 *
 * @module
 */

/** A JSON object. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/**
 * Tests whether a value is an object, and neither null nor an array.
 *
 * @param value The value.
 * @returns Whether it has fields.
 */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Reads the value at a path.
 *
 * @param value The object to start from.
 * @param path The names of the fields, outermost first.
 * @returns The value, or undefined if there is none.
 */
export function field(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const name of path) {
    if (!isRecord(current) || !Object.hasOwn(current, name)) return undefined;
    current = current[name];
  }
  return current;
}

/**
 * Reads the string at a path.
 *
 * @param value The object to start from.
 * @param path The names of the fields, outermost first.
 * @returns The string, or undefined if there is none.
 */
export function textField(
  value: unknown,
  ...path: readonly string[]
): string | undefined {
  const found = field(value, ...path);
  return typeof found === "string" ? found : undefined;
}

/**
 * Reads the number at a path.
 *
 * @param value The object to start from.
 * @param path The names of the fields, outermost first.
 * @returns The number, or undefined if there is none.
 */
export function numberField(
  value: unknown,
  ...path: readonly string[]
): number | undefined {
  const found = field(value, ...path);
  return typeof found === "number" ? found : undefined;
}

/**
 * Reads the array at a path.
 *
 * @param value The object to start from.
 * @param path The names of the fields, outermost first.
 * @returns The elements; empty if there is no array.
 */
export function listField(
  value: unknown,
  ...path: readonly string[]
): readonly unknown[] {
  const found = field(value, ...path);
  return Array.isArray(found) ? found : [];
}
