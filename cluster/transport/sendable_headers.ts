/**
 * Checks headers before the first request is sent: the runtimes report one that
 * they cannot send as a failed connection.
 *
 * @module
 */

import { ConfigurationError } from "../../api/configuration_error.ts";
import type { HeaderLine } from "./types.ts";

/** The name of a header, by RFC 9110. */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** Everything but control characters other than tabs, as Go's `net/http`. */
// deno-lint-ignore no-control-regex
const VALUE = /^[^\x00-\x08\x0a-\x1f\x7f]*$/;

/**
 * Prepares headers for sending. Values are sent as UTF-8, as by Go; `fetch` and
 * `undici` send one byte for each character.
 *
 * @param headers The headers, as text.
 * @returns The headers, with one character for each byte of their values.
 * @throws {ConfigurationError} If a name or a value cannot be sent.
 */
export function sendableHeaders(headers: readonly HeaderLine[]): HeaderLine[] {
  return headers.map(([name, value]) => {
    if (!NAME.test(name)) {
      throw new ConfigurationError(
        `Cannot send the header ${
          JSON.stringify(name)
        }: its name contains a character that is not allowed in an HTTP header`,
      );
    }
    if (!VALUE.test(value)) {
      throw new ConfigurationError(
        `Cannot send the header ${name}: its value contains a control character, such as a line end`,
      );
    }
    return [name, bytesAsCharacters(value)];
  });
}

function bytesAsCharacters(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
