/**
 * Texts for a terminal.
 *
 * @module
 */

export { counted, oneLine } from "../../internal/text.ts";

/**
 * The beginning of a text, an ellipsis at its end where something was cut off.
 *
 * @param text The text.
 * @param width Most characters of it.
 * @returns What fits.
 */
export function truncate(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return width < 1 ? "" : `${characters.slice(0, width - 1).join("")}…`;
}
