/**
 * Parses the resource version of a request: `""` and `"0"` mean any version,
 * others must be unsigned 64-bit integers.
 *
 * @module
 */

import { badRequest, type FieldError, plainError } from "./_statuses.ts";

const MAX_UINT64 = 2n ** 64n - 1n;

/**
 * Parses the resource version of a list request.
 *
 * @param version The resource version from the request.
 * @returns The revision; 0 for any version.
 * @throws {StatusError} With code 400 if the version is not valid.
 */
export function parseListVersion(version: string | undefined): bigint {
  const revision = parseUint(version ?? "");
  if (typeof revision === "bigint") return revision;
  throw badRequest(`invalid resource version: ${text(revision)}`);
}

/**
 * Checks the resource version of a request for an object.
 *
 * @param version The resource version from the request.
 * @throws {StatusError} With code 500 if the version is not valid.
 */
export function checkGetVersion(version: string | undefined): void {
  const revision = parseUint(version ?? "");
  if (typeof revision !== "bigint") throw plainError(text(revision));
}

/**
 * Checks the resource version of an object that replaces another.
 *
 * @param version The resource version of the object.
 * @throws {StatusError} With code 500 if the version is not valid.
 */
export function checkObjectVersion(version: string | undefined): void {
  const revision = parseUint(version ?? "");
  if (typeof revision === "bigint") return;
  throw plainError(revision.message.replace(/^.*?: (?=strconv)/, ""));
}

/**
 * Parses the resource version of a watch request.
 *
 * @param version The resource version from the request.
 * @returns The revision; 0 for any version.
 * @throws {StatusError} With code 500 if the version is not valid.
 */
export function parseWatchVersion(version: string | undefined): bigint {
  const revision = parseUint(version ?? "");
  if (typeof revision === "bigint") return revision;
  throw plainError(text(revision));
}

function parseUint(version: string): bigint | FieldError {
  if (version === "") return 0n;
  const problem = !/^[0-9]+$/.test(version)
    ? "invalid syntax"
    : BigInt(version) > MAX_UINT64
    ? "value out of range"
    : undefined;
  if (problem === undefined) return BigInt(version);
  const quoted = JSON.stringify(version);
  return {
    field: "resourceVersion",
    reason: "FieldValueInvalid",
    message:
      `Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: ${problem}`,
  };
}

function text({ field, message }: FieldError): string {
  return `${field}: ${message}`;
}
