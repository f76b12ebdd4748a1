/**
 * The token that a page of a list ends with: the version that the list shows
 * and the key to go on after, as base64url of JSON, which is what a
 * kube-apiserver's own tokens are. Clients must not look inside; tests that
 * hand back a broken one find out what a server says.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";
import { badRequest } from "./_statuses.ts";

/** Where a list goes on. */
export interface ContinueToken {
  /** The revision that the list shows; -1 for the newest one. */
  readonly revision: bigint;
  /** The last key of the page before. */
  readonly after: string;
  /** Counts how often tokens were declared expired before this one. */
  readonly epoch: number;
}

/** Writes a token. */
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
 * Reads a token.
 *
 * @param text The token as it was sent.
 * @returns Where the list goes on.
 * @throws {StatusError} 400 if it is no token.
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
