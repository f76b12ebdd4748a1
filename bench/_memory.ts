/**
 * How much memory this process holds.
 *
 * @module
 */

/**
 * The most that it has held so far.
 *
 * @returns Bytes; on systems other than Linux what it holds now.
 */
export async function peakBytes(): Promise<number> {
  if (Deno.build.os !== "linux") return Deno.memoryUsage().rss;
  const status = await Deno.readTextFile("/proc/self/status");
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return Number(kilobytes) * 1024;
}
