/**
 * `@std/async` from the npm package `deno-std`, for machines without access to
 * JSR. The package is plain JavaScript; its types are declared in
 * `std_async.d.ts`. Each function is imported from its own file, since the
 * package's `mod.js` imports a file that is missing.
 *
 * @module
 */

// @ts-types="./std_async.d.ts"
export { abortable } from "npm:deno-std@1.4.0/async/abortable.js";
// @ts-types="./std_async.d.ts"
export { deadline } from "npm:deno-std@1.4.0/async/deadline.js";
// @ts-types="./std_async.d.ts"
export { delay } from "npm:deno-std@1.4.0/async/delay.js";
// @ts-types="./std_async.d.ts"
export { MuxAsyncIterator } from "npm:deno-std@1.4.0/async/mux_async_iterator.js";
// @ts-types="./std_async.d.ts"
export { pooledMap } from "npm:deno-std@1.4.0/async/pool.js";
// @ts-types="./std_async.d.ts"
export { retry, RetryError } from "npm:deno-std@1.4.0/async/retry.js";
// @ts-types="./std_async.d.ts"
export { tee } from "npm:deno-std@1.4.0/async/tee.js";
export type {
  DeadlineOptions,
  DelayOptions,
  RetryOptions,
} from "./std_async.d.ts";
