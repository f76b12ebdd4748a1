/**
 * The output formats of the commands.
 *
 * @module
 */

import type { TableOptions } from "./table_printer.ts";

/** How an object that meets the conditions is printed. */
export type ObjectOutput =
  /** `pod/web condition met`. */
  | { readonly type: "message" }
  | { readonly type: "name" }
  | { readonly type: "json" }
  | { readonly type: "yaml" }
  | {
    readonly type: "jsonpath";
    /** The template, or the file that contains it. */
    readonly template: { readonly text: string } | { readonly file: string };
    /** Whether the results are printed as a JSON array. */
    readonly asJson: boolean;
    /** Whether missing keys are ignored. */
    readonly allowMissingKeys: boolean;
  };

/** How events are printed. */
export type WatchOutput =
  | {
    readonly type: "table";
    /** `withNamespace` depends on the resource, which is not known yet. */
    readonly table: Omit<TableOptions, "withNamespace">;
  }
  | {
    readonly type: "objects";
    readonly form: ObjectOutput;
    /** Whether to print whole events, and not just their objects. */
    readonly withEvents: boolean;
    /** Whether to keep `managedFields`. */
    readonly showManagedFields: boolean;
  };
