/**
 * Validation of the condition that a caller waits for.
 *
 * @module
 */

/**
 * Throws if a condition is not one. A function that creates a condition would be
 * met by anything, since what it returns is not `false`.
 *
 * @param condition What the caller gave.
 * @throws {TypeError} If it is not a `Condition`.
 */
export function checkCondition(
  condition: { readonly explain?: unknown } | null | undefined,
): void {
  if (condition?.explain) return;
  throw new TypeError(
    "Cannot wait for what is not a condition: see isPodReady() and matches()",
  );
}
