/**
 * `@std/assert` from the npm package `deno-std`, for machines without access to
 * JSR. The package is plain JavaScript; its types are declared in
 * `std_assert.d.ts`.
 *
 * @module
 */

// @ts-types="./std_assert.d.ts"
export * from "npm:deno-std@1.4.0/assert/mod.js";
