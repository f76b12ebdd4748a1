/**
 * In which form `watch` writes, as the command line says it: the forms and
 * options of `kubectl get`.
 *
 * @module
 */

import type { WatchOutput } from "./printers/output.ts";
import type { GivenOptions } from "./_options.ts";
import { objectOutputOf } from "./_output_arguments.ts";
import { UsageError } from "./terminal/usage_error.ts";

/**
 * Understands what is to be written.
 *
 * @param given The options.
 * @returns The form.
 * @throws {UsageError} If there is no such form, or it does not have that.
 */
export function watchOutput(given: GivenOptions): WatchOutput {
  const output = (given.text("output") ?? "").toLowerCase();
  const withEvents = given.isOn("output-watch-events");
  const isTable = ["table", "wide"].includes(output) ||
    output === "" && !given.has("template");
  if (!isTable) {
    const form = objectOutputOf(given, "wide");
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
    labelColumns: given.texts("label-columns").flatMap((text) =>
      text.split(",")
    ),
    showLabels: given.isOn("show-labels"),
  };
  return { type: "table", table };
}
