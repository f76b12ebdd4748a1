/**
 * The resource version of a request: `""` and `"0"` are any version, the rest
 * must be a number of 64 bits.
 *
 * @module
 */

import { badRequest, type FieldError, invalid } from "./_statuses.ts";

const MAX_UINT64 = 2n ** 64n - 1n;

/**
 * Reads the version that a list asks for.
 *
 * @param version The version as it was sent.
 * @returns The revision; 0 where any will do.
 * @throws {StatusError} 400 if it is no version.
 */
export function parseListVersion(version: string | undefined): bigint {
  const revision = parseUint(version ?? "");
  if (typeof revision === "bigint") return revision;
  throw badRequest(`invalid resource version: ${text(revision)}`);
}

/**
 * Reads the version that a watch asks for.
 *
 * @param version The version as it was sent.
 * @returns The revision; 0 where any will do.
 * @throws {StatusError} 422 if it is no version.
 */
export function parseWatchVersion(version: string | undefined): bigint {
  const revision = parseUint(version ?? "");
  if (typeof revision === "bigint") return revision;
  throw invalid({ group: "", resource: "" }, "", [revision]);
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
