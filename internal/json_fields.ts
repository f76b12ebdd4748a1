/**
 * Looking into objects whose shape nobody has promised: a custom resource may
 * have anything under `status`, and what is not as expected counts as absent.
 *
 * @module
 */

/**
 * The value at a path.
 *
 * @param value Where to start.
 * @param path The names of the fields.
 * @returns The value; undefined where the path leads nowhere.
 */
export function field(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const name of path) {
    if (!isRecord(current) || !Object.hasOwn(current, name)) return undefined;
    current = current[name];
  }
  return current;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/**
 * The text at a path.
 *
 * @param value Where to start.
 * @param path The names of the fields.
 * @returns The text; undefined where there is none.
 */
export function textField(
  value: unknown,
  ...path: readonly string[]
): string | undefined {
  const found = field(value, ...path);
  return typeof found === "string" ? found : undefined;
}

/**
 * The number at a path.
 *
 * @param value Where to start.
 * @param path The names of the fields.
 * @returns The number; undefined where there is none.
 */
export function numberField(
  value: unknown,
  ...path: readonly string[]
): number | undefined {
  const found = field(value, ...path);
  return typeof found === "number" ? found : undefined;
}

/**
 * The list at a path.
 *
 * @param value Where to start.
 * @param path The names of the fields.
 * @returns The elements; none where there is no list.
 */
export function listField(
  value: unknown,
  ...path: readonly string[]
): readonly unknown[] {
  const found = field(value, ...path);
  return Array.isArray(found) ? found : [];
}
