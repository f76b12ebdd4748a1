/**
 * Keeps known credentials out of what others say: a plugin's complaints, an
 * identity provider's answer.
 *
 * @module
 */

import { clip } from "./error_text.ts";
import { Redactor } from "./redactor.ts";

/** How much of what others say an error shows, in characters. */
const SHOWN_CHARACTERS = 200;

/**
 * One line of what others say, to be shown in an error.
 *
 * @param text What they say.
 * @param secrets What must not be shown of it.
 * @returns The last line that is not empty.
 */
export function shownLine(text: string, secrets: Iterable<unknown>): string {
  const lines = text.split(/[\r\n]+/).map(printable).filter(Boolean);
  const headers = new Headers();
  let count = 0;
  for (const secret of secrets) {
    if (typeof secret === "string" && /^[\x21-\x7e]+$/.test(secret)) {
      headers.set(`secret-${count++}`, secret);
    }
  }
  const line = new Redactor(headers).redact(lines.at(-1) ?? "");
  return clip(line, SHOWN_CHARACTERS);
}

/** Without what colours a terminal, or does worse. */
function printable(line: string): string {
  // deno-lint-ignore no-control-regex
  return line.replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, "")
    // deno-lint-ignore no-control-regex
    .replace(/[\x00-\x1f\x7f-\x9f]+/g, " ").trim();
}
