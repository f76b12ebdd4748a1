/**
 * Names as users give them: `"namespace/name"`, or a name in `default`.
 *
 * @module
 */

/** The two parts of a name. */
export interface NamespacedName {
  /** The namespace. */
  readonly namespace: string;
  /** The name. */
  readonly name: string;
}

/**
 * Parses a name.
 *
 * @param text `"namespace/name"`, or a name in `default`.
 * @returns The two parts.
 * @throws {TypeError} If it is malformed.
 */
export function parseNamespacedName(text: string): NamespacedName {
  const [name = "", namespace = "default", ...more] = text.split("/").reverse();
  if (name === "" || namespace === "" || more.length > 0) {
    throw new TypeError(
      `Cannot use ${JSON.stringify(text)} as name: expected "namespace/name"`,
    );
  }
  return { namespace, name };
}
