/**
 * The version of the package. It is a constant so that the command line needs
 * no file at run time; a test compares it with `deno.json`.
 *
 * @module
 */

/** The version of the package, as in `deno.json`. */
export const VERSION = "0.1.0";
