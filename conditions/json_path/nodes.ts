/**
 * The nodes of a parsed `kubectl` JSONPath template.
 *
 * @module
 */

/** The operators of a filter. */
export const OPERATORS = ["<", ">", "==", "!=", "<=", ">="] as const;

/** An operator of a filter. */
export type Operator = (typeof OPERATORS)[number];

/**
 * One step of a path, which maps the values selected so far to the next ones.
 */
export type Step =
  | { readonly type: "text"; readonly text: string }
  | {
    readonly type: "constant";
    readonly value: number | bigint | boolean;
  }
  | { readonly type: "field"; readonly name: string }
  | { readonly type: "wildcard" }
  | { readonly type: "descent" }
  | { readonly type: "index"; readonly index: number }
  | {
    readonly type: "slice";
    readonly start: number | undefined;
    readonly end: number | undefined;
    readonly step: number | undefined;
  }
  | { readonly type: "union"; readonly branches: readonly Path[] }
  | { readonly type: "exists"; readonly path: Path }
  | {
    readonly type: "compare";
    readonly left: Path;
    readonly operator: Operator;
    readonly right: Path;
  };

/** A sequence of steps. */
export type Path = readonly Step[];

/** A part of a template. */
export type Part =
  | { readonly type: "path"; readonly path: Path }
  | {
    readonly type: "range";
    readonly path: Path;
    readonly body: readonly Part[];
  };
