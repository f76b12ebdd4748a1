/**
 * Validation of what a caller gives to list and watch with.
 *
 * TypeScript refuses a wrong one. JavaScript does not, and what is missing would
 * look like a server that fails, which is asked again and again.
 *
 * @module
 */

/** What a caller may give; a promise was not awaited. */
export interface Given {
  /** Lists. */
  readonly list?: unknown;
  /** Watches. */
  readonly watch?: unknown;
  /** That of a promise. */
  readonly then?: unknown;
}

/**
 * Throws if a source cannot do what it is used for.
 *
 * @param source What the caller gave.
 * @param methods What is called.
 * @throws {TypeError} If it does not have all of them.
 */
export function checkSource(
  source: Given | null | undefined,
  ...methods: readonly ("list" | "watch")[]
): void {
  if (methods.every((method) => source?.[method])) return;
  throw new TypeError(
    `Cannot watch${
      source?.then
        ? " a promise: await it"
        : `: expected ${methods.join("() and ")}()`
    }`,
  );
}
