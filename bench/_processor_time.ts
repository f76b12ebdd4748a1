/**
 * The processor time of this process.
 *
 * @module
 */

import process from "node:process";

/**
 * Returns the processor time so far.
 *
 * @returns The time in milliseconds, in user and system mode.
 */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
