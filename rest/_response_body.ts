/**
 * The complete body of a response, and how it is parsed as JSON.
 *
 * @module
 */

import { clip } from "../internal/error_text.ts";
import { type BodyBytes, KEPT_BYTES } from "./_body_bytes.ts";
import { type JsonParser, shownObject } from "./_unparsed_object.ts";
import { ResponseTooLargeError } from "../api/response_too_large_error.ts";
import type { Redactor } from "../internal/redactor.ts";
import type { ObjectIdentity } from "../api/types.ts";

export type { JsonParser };

/** How much of an unexpected body an error message shows, in characters. */
const SHOWN_CHARACTERS = 80;

/** How much of the body is redacted before it is shortened to that. */
const REDACTED_CHARACTERS = 4096;

/** The complete body of a successful response. */
export interface ResponseBody {
  /** The bytes. */
  bytes: BodyBytes;
  /** The request, for messages: `GET https://host/api/v1/pods`. */
  request: string;
  /** Removes credentials from error messages. */
  redactor: Redactor;
  /** Parses JSON; throws a `SyntaxError` where it is not. */
  parse: JsonParser;
}

/**
 * Parses a body as JSON and checks its shape. Its bytes must not be used any
 * more.
 *
 * @typeParam V Type of the expected value.
 * @param body The body.
 * @param isExpected Type guard for the expected value.
 * @param expected What is expected, for the error message: `"list"`.
 * @returns The value.
 * @throws {SyntaxError} If the body is not JSON.
 * @throws {ResponseTooLargeError} If it is longer than a string can be.
 * @throws {TypeError} If `isExpected` rejects the value.
 */
export function parseBody<V>(
  body: ResponseBody,
  isExpected: (value: unknown) => value is V,
  expected: string,
): V {
  const text = decode(body);
  let value: unknown;
  try {
    value = body.parse(text);
  } catch {
    // The parser's message may quote a part of a credential.
    throw notJson(body, text);
  }
  if (isExpected(value)) return value;
  throw notExpected(body, expected, text);
}

/**
 * The error for a body that is not JSON.
 *
 * @param body The body.
 * @param text Its start; by default, that of the bytes.
 * @returns The error.
 */
export function notJson(body: ResponseBody, text = startOf(body)): SyntaxError {
  const why = "it is not JSON, so this is not a Kubernetes API server";
  return new SyntaxError(describe(body, text, why));
}

/**
 * The error for a body that is JSON, but not what was expected.
 *
 * @param body The body.
 * @param expected What was expected: `"list"`.
 * @param text Its start; by default, that of the bytes.
 * @returns The error.
 */
export function notExpected(
  body: ResponseBody,
  expected: string,
  text = startOf(body),
): TypeError {
  return new TypeError(describe(body, text, `it is not a ${expected}`));
}

/**
 * The error for a text that is longer than the runtime can decode.
 *
 * @param body The body.
 * @param cause What the runtime threw.
 * @returns The error.
 */
export function tooLongToDecode(
  { request, bytes: { length } }: Pick<ResponseBody, "request" | "bytes">,
  cause: unknown,
): ResponseTooLargeError {
  return new ResponseTooLargeError(
    `The response to ${request} has ${length} bytes, more than this runtime can decode: ask for pages or fewer objects`,
    length,
    { cause },
  );
}

/** As much of it as a message may need. */
function startOf({ bytes }: ResponseBody): string {
  return new TextDecoder().decode(bytes.part(0, KEPT_BYTES));
}

function decode(body: ResponseBody): string {
  try {
    return body.bytes.decode();
  } catch (cause) {
    // Only a runtime's limit on the length of a string can be the reason.
    throw tooLongToDecode(body, cause);
  }
}

/**
 * The error for an item of a list that is not JSON, which is found out when it
 * is looked at.
 *
 * @param body The body of the list.
 * @param text The text of the item.
 * @param identity Whose text it is.
 * @returns The error.
 */
export function badItem(
  body: Pick<ResponseBody, "request" | "redactor">,
  text: string,
  identity: Readonly<ObjectIdentity>,
): SyntaxError {
  const what = shownObject(identity, body.redactor);
  return new SyntaxError(
    describe(body, text, `the object ${what} is not valid JSON`),
  );
}

function describe(
  { request, redactor }: Pick<ResponseBody, "request" | "redactor">,
  text: string,
  why: string,
): string {
  const shown = redactor.redact(text.slice(0, REDACTED_CHARACTERS))
    .replace(/\s+/g, " ");
  return `Cannot read the response to ${request}: ${why}: '${
    clip(shown, SHOWN_CHARACTERS)
  }'`;
}
