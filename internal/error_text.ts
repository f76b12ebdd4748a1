/**
 * Text for error messages: what an unknown thrown value says, and the beginning
 * of a long text. Anything can be thrown, so none of these functions throws.
 *
 * @module
 */

/**
 * The message of a thrown value.
 *
 * @param error The value; need not be an `Error`.
 * @returns Its message; the name of an `Error` without one; any other value as
 *   a string.
 */
export function errorText(error: unknown): string {
  try {
    // Node throws one, without a message, when each of several addresses fails.
    if (error instanceof AggregateError && error.message === "") {
      return error.errors.map(errorText).join(", ") || error.name;
    }
    return String(error instanceof Error ? error.message || error.name : error);
  } catch {
    return "an object that cannot be converted to a string";
  }
}

/**
 * The messages of an error and its causes, without repetitions: on Node a
 * failed fetch says why only in its cause.
 *
 * @param error The thrown value.
 * @returns The messages, outermost first, joined by colons.
 */
export function errorChainText(error: unknown): string {
  const texts: string[] = [];
  const seen = new Set<unknown>();
  let current: unknown = error;
  while (current !== undefined && !seen.has(current)) {
    seen.add(current);
    const text = errorText(current);
    if (text && !texts.some((earlier) => earlier.includes(text))) {
      texts.push(text);
    }
    current = current instanceof Error ? current.cause : undefined;
  }
  return texts.join(": ");
}

/**
 * Truncates a text that may be too long to show.
 *
 * @param text The text, with credentials already removed.
 * @param most The most characters to keep.
 * @returns The text, with an ellipsis if it was cut.
 */
export function clip(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
