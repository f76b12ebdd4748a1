/**
 * Shows the output of other programs and services in errors (an exec plugin's
 * stderr, an identity provider's response) without known credentials.
 *
 * @module
 */

import { clip } from "./error_text.ts";
import { Redactor } from "./redactor.ts";

/** How many characters of the output an error shows. */
const SHOWN_CHARACTERS = 200;

/**
 * Picks the line of another program's output that an error shows.
 *
 * @param text The output.
 * @param secrets Credentials to redact; values that are not strings, or could
 *   not be sent in a header, are skipped.
 * @returns The last line that is not empty, redacted and truncated.
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

/** Removes terminal escape sequences and control characters. */
function printable(line: string): string {
  // deno-lint-ignore no-control-regex
  return line.replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, "")
    // deno-lint-ignore no-control-regex
    .replace(/[\x00-\x1f\x7f-\x9f]+/g, " ").trim();
}
