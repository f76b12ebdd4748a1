/**
 * Wait on Kubernetes and watch it, from any JavaScript runtime. So far this
 * holds client-go's
 * [`tools/cache/synctrack`](https://pkg.go.dev/k8s.io/client-go/tools/cache/synctrack).
 *
 * @example Know when everything that was started has finished
 * ```ts
 * import { AsyncTracker } from "@watchtools/kube";
 * import { assert } from "@std/assert";
 *
 * const tracker = new AsyncTracker<string>("objects");
 * tracker.start("web");
 * tracker.upstreamHasSynced();
 * tracker.finished("web");
 * await tracker.done;
 * assert(tracker.hasSynced());
 * ```
 *
 * @module
 */

export * from "./synctrack/mod.ts";
