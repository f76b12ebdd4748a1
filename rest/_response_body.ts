/**
 * The whole body of an answer, and the JSON in it.
 *
 * @module
 */

import { clip } from "../internal/error_text.ts";
import type { Redactor } from "../internal/redactor.ts";

/** How much of a body that cannot be used an error shows, in characters. */
const SHOWN_CHARACTERS = 80;

/** How much of it is searched for credentials before it is cut. */
const SEARCHED_CHARACTERS = 4096;

/** The whole body of an answer that was a success. */
export interface ResponseBody {
  /** The bytes. */
  bytes: Uint8Array;
  /** What was asked, for errors: `GET https://host/api/v1/pods`. */
  request: string;
  /** Takes credentials out of what an error shows. */
  redactor: Redactor;
}

/**
 * Parses a body as JSON, and checks what it is.
 *
 * @typeParam V What it is to be.
 * @param body The body.
 * @param isWanted Whether the value is that.
 * @param wanted What it is to be, for the error: `"list"`.
 * @returns The value.
 * @throws {SyntaxError} If the body is not JSON.
 * @throws {TypeError} If it is something else.
 */
export function parseBody<V>(
  body: ResponseBody,
  isWanted: (value: unknown) => value is V,
  wanted: string,
): V {
  const text = new TextDecoder().decode(body.bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own words may quote a part of a credential.
    throw new SyntaxError(
      unreadable(
        body,
        text,
        "it is not JSON, so that this is no Kubernetes API server",
      ),
    );
  }
  if (isWanted(value)) return value;
  throw new TypeError(unreadable(body, text, `it is no ${wanted}`));
}

function unreadable(
  { request, redactor }: ResponseBody,
  text: string,
  why: string,
): string {
  const shown = redactor.redact(text.slice(0, SEARCHED_CHARACTERS))
    .replace(/\s+/g, " ");
  return `Cannot read the answer to ${request}: ${why}: '${
    clip(shown, SHOWN_CHARACTERS)
  }'`;
}
