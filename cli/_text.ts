/**
 * Texts for a terminal. What a server sends is shown, never obeyed: control
 * characters in it could move the cursor or retitle the window.
 *
 * @module
 */

// deno-lint-ignore no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/**
 * A text on one line, without control characters.
 *
 * @param text The text, from wherever.
 * @returns The text, fit to be shown.
 */
export function oneLine(text: string): string {
  return text.replace(CONTROL, " ").replace(/ {2,}/g, " ").trim();
}

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

/**
 * A number of things.
 *
 * @param count How many.
 * @param singular What one of them is called.
 * @returns `"1 replica"`, `"2 replicas"`.
 */
export function counted(count: number, singular: string): string {
  return `${count} ${singular}${count === 1 ? "" : "s"}`;
}
