/**
 * What an error's message is made of: what an unknown thrown value says, and the
 * beginning of a text. Anything can be thrown, so that this never throws itself.
 *
 * @module
 */

/**
 * The text of an error, its message where it has one.
 *
 * @param error Whatever was thrown.
 * @returns Its message, or its text where it is no `Error`.
 */
export function errorText(error: unknown): string {
  try {
    // Node's of several addresses that are tried one after the other.
    if (error instanceof AggregateError && error.message === "") {
      return error.errors.map(errorText).join(", ") || error.name;
    }
    return String(error instanceof Error ? error.message || error.name : error);
  } catch {
    return "an object that has no text";
  }
}

/**
 * The texts of an error and of what caused it, without what a later one
 * repeats: fetch failures carry the reason only in their causes on Node.
 *
 * @param error Whatever was thrown.
 * @returns The messages from the outermost in, joined by colons.
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
 * The beginning of a text that may be too long to show.
 *
 * @param text The text, without credentials already.
 * @param most How many characters may be shown.
 * @returns The text, cut where it is longer.
 */
export function clip(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
