/**
 * Text for people. What a server sends is shown, but never interpreted: control
 * characters could move a terminal's cursor or change its title.
 *
 * @module
 */

// deno-lint-ignore no-control-regex -- matching them is the point
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/**
 * Puts a text on one line and removes control characters.
 *
 * @param text The text; may come from a server.
 * @returns The text, safe to show on a terminal.
 */
export function oneLine(text: string): string {
  return text.replace(CONTROL, " ").replace(/ {2,}/g, " ").trim();
}

/**
 * Formats a count with its noun.
 *
 * @param count The count.
 * @param singular The noun in the singular; its plural ends in "s".
 * @returns `"1 replica"`, `"2 replicas"`.
 */
export function counted(count: number, singular: string): string {
  return `${count} ${singular}${count === 1 ? "" : "s"}`;
}
