/**
 * The process that commands run in, on whatever runtime.
 *
 * @module
 */

import { denoProcess } from "./deno_process.ts";
import type { CliProcess } from "./io.ts";
import { nodeProcess } from "./node_process.ts";

let current: CliProcess | undefined;

/**
 * This process.
 *
 * @returns It; the same one every time.
 */
export function thisProcess(): CliProcess {
  current ??= typeof Deno === "undefined" ? nodeProcess() : denoProcess();
  return current;
}
