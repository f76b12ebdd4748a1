/**
 * `@std/assert` as the npm package `deno-std` has it, for machines that the
 * JSR packages cannot be had on. That package is plain JavaScript: its types
 * are those of the declarations beside this file.
 *
 * @module
 */

// @ts-types="./std_assert.d.ts"
export * from "npm:deno-std@1.4.0/assert/mod.js";
