/**
 * In which form `watch` writes, as the command line says it: the forms and
 * options of `kubectl get`.
 *
 * @module
 */

import type { TableOptions } from "./_table_printer.ts";
import { UsageError } from "./_usage_error.ts";

/** Forms in which whole objects are written. */
export type ObjectOutput =
  | { readonly type: "json" | "yaml" | "name" }
  | { readonly type: "jsonpath"; readonly template: string };

/** How events are written. */
export type WatchOutput =
  | { readonly type: "table"; readonly table: TableOptions }
  | {
    readonly type: "objects";
    readonly form: ObjectOutput;
    /** Whether events are written, and not only what they are about. */
    readonly withEvents: boolean;
    /** Whether with what tells who wrote which field. */
    readonly showManagedFields: boolean;
  };

/** What a command line says about it. */
export interface OutputOptions {
  /** `-o`. */
  output: string | undefined;
  /** `--output-watch-events`. */
  withEvents: boolean;
  /** `--no-headers`. */
  noHeaders: boolean;
  /** `--show-labels`. */
  showLabels: boolean;
  /** `-L`, as often as it was given. */
  labelColumns: readonly string[];
  /** `--show-managed-fields`. */
  showManagedFields: boolean;
  /** Whether objects of several namespaces have to be told apart. */
  withNamespace: boolean;
}

const FORMS = "wide, json, yaml, name or jsonpath=TEMPLATE";

/**
 * Understands what is to be written.
 *
 * @param options What the command line says.
 * @returns The form.
 * @throws {UsageError} If there is no such form, or it does not have that.
 */
export function watchOutput(options: OutputOptions): WatchOutput {
  const { output = "", withEvents, showManagedFields } = options;
  const form = objectOutput(output);
  if (form === undefined) {
    const { noHeaders, showLabels, withNamespace } = options;
    const labelColumns = options.labelColumns.flatMap((text) =>
      text.split(",")
    );
    const wide = output.toLowerCase() === "wide";
    return {
      type: "table",
      table: {
        wide,
        noHeaders,
        withNamespace,
        withEvents,
        labelColumns,
        showLabels,
      },
    };
  }
  if (options.showLabels) {
    throw new UsageError(
      `--show-labels is for tables: leave it out, or -o ${output}`,
    );
  }
  return { type: "objects", form, withEvents, showManagedFields };
}

/** Undefined for a table. */
function objectOutput(output: string): ObjectOutput | undefined {
  const end = output.indexOf("=");
  const name = (end < 0 ? output : output.slice(0, end)).toLowerCase();
  switch (name) {
    case "":
    case "table":
    case "wide":
      if (end < 0) return undefined;
      break;
    case "json":
    case "yaml":
    case "name":
      if (end < 0) return { type: name };
      break;
    case "jsonpath":
      if (end >= 0 && end + 1 < output.length) {
        return { type: name, template: output.slice(end + 1) };
      }
      throw new UsageError(
        "-o jsonpath needs a template: write it like -o jsonpath='{.metadata.name}{\"\\n\"}'",
      );
  }
  throw new UsageError(
    `unknown output ${JSON.stringify(output)}: -o takes ${FORMS}`,
  );
}
