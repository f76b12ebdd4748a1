/**
 * The manifests that a command line names the objects by.
 *
 * @module
 */

import type { Manifests, Selection } from "./resources/selection.ts";
import type { GivenOptions } from "./_options.ts";
import { UsageError } from "./terminal/usage_error.ts";

/**
 * Understands where manifests are.
 *
 * @param given The options.
 * @param command What is written in front of them: `"wait"`.
 * @param isRecursive Whether folders are walked where it is not said.
 * @returns The places; none where none are named.
 * @throws {UsageError} If they are of a kind that is not read here.
 */
export function manifestsOf(
  given: GivenOptions,
  command: string,
  isRecursive: boolean,
): Manifests {
  if (given.has("kustomize")) {
    throw new UsageError(
      `-k is not supported: use kubectl kustomize DIR | watchtools ${command} -f -`,
    );
  }
  const paths = given.texts("filename").flatMap((text) => text.split(","));
  const url = paths.find((path) => /^https?:[/][/]/.test(path));
  if (url !== undefined) {
    throw new UsageError(
      `-f takes files, not URLs (${url}): use curl -s URL | watchtools ${command} -f -`,
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
 * Makes sure that manifests alone say which objects are meant.
 *
 * @param given The options.
 * @param selection What is said beside them.
 * @throws {UsageError} If something else says so too.
 */
export function checkAlone(
  given: GivenOptions,
  { mentions, labelSelector, fieldSelector }: Selection,
): void {
  const selects = given.isOn("all") || labelSelector !== undefined ||
    fieldSelector !== undefined;
  if (mentions.length === 0 && !selects) return;
  throw new UsageError(
    "-f already identifies the objects: omit resources, names, selectors and --all",
  );
}
