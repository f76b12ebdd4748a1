/**
 * The memory usage of this process.
 *
 * @module
 */

/**
 * Returns the peak memory usage so far.
 *
 * @returns The peak in bytes; the current usage on systems other than Linux.
 */
export async function peakBytes(): Promise<number> {
  if (Deno.build.os !== "linux") return Deno.memoryUsage().rss;
  const status = await Deno.readTextFile("/proc/self/status");
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return Number(kilobytes) * 1024;
}
