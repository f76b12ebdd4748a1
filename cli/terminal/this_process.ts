/**
 * The current process, on any runtime.
 *
 * @module
 */

import { denoProcess } from "./deno_process.ts";
import type { CliProcess } from "./io.ts";
import { nodeProcess } from "./node_process.ts";

let current: CliProcess | undefined;

/**
 * The current process.
 *
 * @returns The process; always the same object.
 */
export function thisProcess(): CliProcess {
  current ??= typeof Deno === "undefined" ? nodeProcess() : denoProcess();
  return current;
}
