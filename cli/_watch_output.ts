/**
 * Parses the output options of `watch`, which are those of `kubectl get`.
 *
 * @module
 */

import type { WatchOutput } from "./printers/output.ts";
import type { ParsedArguments } from "./_options.ts";
import { parseObjectOutput } from "./_output_arguments.ts";
import { UsageError } from "./terminal/usage_error.ts";

/**
 * Parses the output options of `watch`.
 *
 * @param given The parsed arguments.
 * @returns The output format.
 * @throws {UsageError} If the format is unknown, or does not support an option.
 */
export function parseWatchOutput(given: ParsedArguments): WatchOutput {
  const output = (given.value("output") ?? "").toLowerCase();
  const withEvents = given.isOn("output-watch-events");
  const isTable = ["table", "wide"].includes(output) ||
    output === "" && !given.has("template");
  if (!isTable) {
    const form = parseObjectOutput(given, "wide");
    if (given.isOn("show-labels")) {
      throw new UsageError(
        `--show-labels applies to tables only: omit it or -o ${output}`,
      );
    }
    const showManagedFields = given.isOn("show-managed-fields");
    return { type: "objects", form, withEvents, showManagedFields };
  }
  const table = {
    wide: output === "wide",
    noHeaders: given.isOn("no-headers"),
    withEvents,
    labelColumns: given.values("label-columns").flatMap((text) =>
      text.split(",")
    ),
    showLabels: given.isOn("show-labels"),
  };
  return { type: "table", table };
}
