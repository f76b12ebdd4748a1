/**
 * Parses the options for manifests: `-f`, `-R` and `-k`.
 *
 * @module
 */

import type { Manifests, Selection } from "./resources/selection.ts";
import type { ParsedArguments } from "./_options.ts";
import { UsageError } from "./terminal/usage_error.ts";

/**
 * Parses the options for manifests.
 *
 * @param given The parsed arguments.
 * @param command The command, for error messages: `"wait"`.
 * @param isRecursive Whether directories are searched recursively by default.
 * @returns The manifests; without paths if `-f` was not specified.
 * @throws {UsageError} If the options are invalid or not supported.
 */
export function parseManifestOptions(
  given: ParsedArguments,
  command: string,
  isRecursive: boolean,
): Manifests {
  if (given.has("kustomize")) {
    throw new UsageError(
      `-k is not supported: use kubectl kustomize DIR | watchtools ${command} -f -`,
    );
  }
  const paths = given.values("filename").flatMap((text) => text.split(","));
  // The message does not quote the URL, which may contain a password.
  if (paths.some((path) => /^https?:[/][/]/i.test(path))) {
    throw new UsageError(
      `-f takes files, not URLs: use curl -s URL | watchtools ${command} -f -`,
    );
  }
  if (paths.indexOf("-") !== paths.lastIndexOf("-")) {
    throw new UsageError(
      "standard input can only be read once: specify -f - once",
    );
  }
  const recursive = given.has("recursive")
    ? given.isOn("recursive")
    : isRecursive;
  return { paths, recursive };
}

/**
 * Checks that no arguments or options select objects in addition to manifests.
 *
 * @param given The parsed arguments.
 * @param selection The selection by arguments and options.
 * @throws {UsageError} If it selects any objects.
 */
export function checkNoOtherSelection(
  given: ParsedArguments,
  { resourceArguments, labelSelector, fieldSelector }: Selection,
): void {
  const selects = given.isOn("all") || labelSelector !== undefined ||
    fieldSelector !== undefined;
  if (resourceArguments.length === 0 && !selects) return;
  throw new UsageError(
    "-f already identifies the objects: omit resources, names, selectors and --all",
  );
}
