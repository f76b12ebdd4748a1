/**
 * Synchronization helpers: has everything in an initial list been processed,
 * and is a computed value still up to date?
 *
 * - {@linkcode AsyncTracker} tracks keys that several workers process, in any
 *   order.
 * - {@linkcode SingleFileTracker} counts keys that are processed one at a time,
 *   in order.
 * - {@linkcode Lazy} computes a value when it is requested, keeps it, and
 *   computes it again once it has been marked as out of date.
 *
 * The counterpart of client-go's
 * {@link https://pkg.go.dev/k8s.io/client-go/tools/cache/synctrack | tools/cache/synctrack}.
 * It has no dependencies, does no I/O and starts no timers.
 *
 * @example Wait until the initial list has been processed
 * ```ts
 * import { AsyncTracker } from "@watchtools/kube/synctrack";
 * import { assertEquals } from "@std/assert";
 *
 * const cache = new Map<string, number>();
 * const tracker = new AsyncTracker<string>("pods");
 *
 * async function work(key: string): Promise<void> {
 *   cache.set(key, await Promise.resolve(key.length));
 *   tracker.finished(key);
 * }
 *
 * const workers: Promise<void>[] = [];
 * for (const key of ["default/web-1", "default/web-2"]) {
 *   tracker.start(key);
 *   workers.push(work(key));
 * }
 * tracker.upstreamHasSynced();
 *
 * await tracker.done;
 * assertEquals(cache.size, 2);
 * await Promise.all(workers);
 * ```
 *
 * @module
 */

export { AsyncTracker } from "./async_tracker.ts";
export { Lazy } from "./lazy.ts";
export { SingleFileTracker } from "./single_file_tracker.ts";
