/**
 * The `continue` token of a page of a list: the version of the list and the
 * last key of the page, as base64url-encoded JSON, like the tokens of a
 * kube-apiserver. They are opaque to clients, but tests may send back a broken
 * one.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";
import { badRequest } from "./_statuses.ts";

/** The position at which a list continues. */
export interface ContinueToken {
  /** The revision of the list; -1 for the latest. */
  readonly revision: bigint;
  /** The last key of the previous page, below that of the list. */
  readonly after: string;
  /** How often tokens had been expired when this one was issued. */
  readonly epoch: number;
}

/** Encodes a token. */
export function encodeContinue(token: ContinueToken): string {
  const json = JSON.stringify({
    v: "meta.k8s.io/v1",
    rv: String(token.revision),
    start: token.after,
    epoch: token.epoch,
  });
  const binary = String.fromCharCode(...new TextEncoder().encode(json));
  return btoa(binary)
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Decodes a token.
 *
 * @param text The token from a request.
 * @returns The position at which the list continues.
 * @throws {StatusError} With code 400 if the token is not valid.
 */
export function decodeContinue(text: string): ContinueToken {
  const { rv, start, epoch } = parse(text);
  if (
    typeof rv !== "string" || !/^-?[0-9]+$/.test(rv) ||
    typeof start !== "string" || typeof epoch !== "number"
  ) {
    throw badRequest("invalid continue token: continue key is not valid");
  }
  return { revision: BigInt(rv), after: start, epoch };
}

function parse(text: string): Record<string, unknown> {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isRecord(value) ? { ...value } : {};
  } catch (error) {
    throw badRequest(
      `invalid continue token: continue key is not valid: ${
        error instanceof Error ? error.message : error
      }`,
    );
  }
}
