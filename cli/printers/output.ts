/**
 * In which form a command prints.
 *
 * @module
 */

import type { TableOptions } from "./table_printer.ts";

/** How an object that is as it should be is told of. */
export type ObjectOutput =
  /** `pod/web condition met`. */
  | { readonly type: "message" }
  | { readonly type: "name" }
  | { readonly type: "json" }
  | { readonly type: "yaml" }
  | {
    readonly type: "jsonpath";
    /** The template, or the file that it is in. */
    readonly template: { readonly text: string } | { readonly file: string };
    /** Whether each result is printed as JSON. */
    readonly asJson: boolean;
    /** Whether a key may be missing. */
    readonly allowMissingKeys: boolean;
  };

/** How events are written. */
export type WatchOutput =
  | {
    readonly type: "table";
    /** Whether the namespace is shown is not known before the resource is. */
    readonly table: Omit<TableOptions, "withNamespace">;
  }
  | {
    readonly type: "objects";
    readonly form: ObjectOutput;
    /** Whether events are written, and not only what they are about. */
    readonly withEvents: boolean;
    /** Whether with what tells who wrote which field. */
    readonly showManagedFields: boolean;
  };
