/**
 * Looks through an error and what caused it, as Go's `errors.As` looks through
 * wrapped errors. What is thrown may be anything, so this never throws.
 *
 * @module
 */

/**
 * Finds an error of a class among an error and its causes.
 *
 * @typeParam E The class.
 * @param error The error.
 * @param type The constructor of the class.
 * @returns The outermost one; undefined where there is none.
 */
export function findCause<E extends Error>(
  error: unknown,
  type: abstract new (...args: never[]) => E,
): E | undefined {
  const seen = new Set<unknown>();
  let current = error;
  try {
    while (current instanceof Error && !seen.has(current)) {
      if (current instanceof type) return current;
      seen.add(current);
      current = current.cause;
    }
  } catch {
    // A getter or a proxy threw: there is nothing to be found behind it.
  }
  return undefined;
}
