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

/** How many are searched for credentials. */
const SEARCHED_CHARACTERS = 4000;

/** A shorter value is taken for a setting, not for a credential. */
export const LEAST_SECRET = 6;

/** A shorter word of a longer text gives nothing away. */
const LEAST_SECRET_WORD = 16;

/**
 * Picks the line of another program's output that an error shows.
 *
 * @param text The output.
 * @param secrets Credentials to redact, whole and in part; values that are not
 *   strings are skipped, and so are those of fewer than 6 characters. Of a text
 *   with white space (a script, say) the whole is redacted, and long words.
 * @returns The last line that is not empty, redacted and truncated.
 */
export function shownLine(text: string, secrets: Iterable<unknown>): string {
  const lines = text.split(/[\r\n]+/).map(printable).filter(Boolean);
  let line = (lines.at(-1) ?? "").slice(0, SEARCHED_CHARACTERS);
  const redactor = new Redactor();
  for (const secret of secrets) {
    if (typeof secret !== "string") continue;
    const whole = printable(secret);
    if (whole.length < LEAST_SECRET) continue;
    const words = whole.split(/\s+/);
    if (words.length === 1) {
      redactor.addSecret(whole);
      continue;
    }
    // Else an error message in a script could never be shown.
    line = line.replaceAll(whole, "[redacted]");
    words.filter((word) => word.length >= LEAST_SECRET_WORD)
      .forEach((word) => redactor.addSecret(word));
  }
  return clip(redactor.redact(line), SHOWN_CHARACTERS);
}

/** Removes terminal escape sequences and control characters. */
function printable(line: string): string {
  // deno-lint-ignore no-control-regex
  return line.replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, "")
    // deno-lint-ignore no-control-regex
    .replace(/[\x00-\x1f\x7f-\x9f]+/g, " ").trim();
}
