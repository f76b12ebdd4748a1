/**
 * Texts for people. What a server sends is shown, never obeyed: control
 * characters in it could move a terminal's cursor or retitle its window.
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
 * A number of things.
 *
 * @param count How many.
 * @param singular What one of them is called.
 * @returns `"1 replica"`, `"2 replicas"`.
 */
export function counted(count: number, singular: string): string {
  return `${count} ${singular}${count === 1 ? "" : "s"}`;
}
