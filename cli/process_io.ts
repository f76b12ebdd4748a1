/**
 * The process that commands run in, on whatever runtime.
 *
 * @module
 */

import { denoProcess } from "./_deno_process.ts";
import type { CliProcess } from "./_io.ts";
import { nodeProcess } from "./_node_process.ts";

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
