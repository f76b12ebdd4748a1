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

/** Available with `--v8-flags=--expose-gc`. */
declare const gc: (() => void) | undefined;

/**
 * Collects garbage, and returns what is kept, with what is held outside of the
 * heap: buffers may hold objects as well.
 *
 * @returns What is kept, in bytes.
 * @throws {Error} If V8 does not expose its garbage collector.
 */
export function heapAfterCollection(): number {
  if (typeof gc !== "function") {
    throw new Error("Cannot measure the heap without --v8-flags=--expose-gc");
  }
  // Buffers are freed after the collection that has found them.
  gc();
  gc();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

/**
 * Starts the peak over, where the system can.
 *
 * @returns The peak from now on: the current usage.
 */
export async function resetPeak(): Promise<number> {
  if (Deno.build.os === "linux") {
    await Deno.writeTextFile("/proc/self/clear_refs", "5");
  }
  return await peakBytes();
}
