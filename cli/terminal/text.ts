/**
 * Formats text for a terminal.
 *
 * @module
 */

export { counted, oneLine } from "../../internal/text.ts";

/**
 * Truncates a text, with an ellipsis at its end.
 *
 * @param text The text.
 * @param width The maximum number of characters.
 * @returns The text, truncated if it is too long.
 */
export function truncate(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return width < 1 ? "" : `${characters.slice(0, width - 1).join("")}…`;
}
