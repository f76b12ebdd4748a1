/**
 * What is known of an informer from outside: whether its cache is complete.
 *
 * @module
 */

/**
 * The state of an informer, as client-go's
 * [`cache.Controller`](https://pkg.go.dev/k8s.io/client-go/tools/cache#Controller).
 */
export interface Controller {
  /** Whether the whole first list is in the store. */
  hasSynced(): boolean;
  /** Resolves true at the sync, false when the informer stops before it. */
  readonly synced: Promise<boolean>;
  /** The version that the store shows; empty before the first list. */
  lastSyncResourceVersion(): string;
}

/**
 * Waits until informers have synced, as client-go's
 * [`cache.WaitForCacheSync`](https://pkg.go.dev/k8s.io/client-go/tools/cache#WaitForCacheSync).
 *
 * @param signal Ends the wait.
 * @param controllers The informers.
 * @returns True when all have synced; false when one has stopped before, or the
 *   signal is aborted.
 *
 * @example Read a cache only when it is complete
 * ```ts
 * import { IndexerInformerWatcher, waitForCacheSync } from "@watchtools/kube";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const pods = new FakeListerWatcher();
 * pods.add({ metadata: { name: "web" } });
 *
 * await using informer = new IndexerInformerWatcher(pods);
 * assert(await waitForCacheSync(undefined, informer.controller));
 * assertEquals(informer.indexer.listKeys(), ["web"]);
 * ```
 */
export function waitForCacheSync(
  signal: AbortSignal | undefined,
  ...controllers: Controller[]
): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(false);
  return new Promise<boolean>((resolve) => {
    const settle = (synced: boolean) => {
      signal?.removeEventListener("abort", onAbort);
      resolve(synced);
    };
    const onAbort = () => settle(false);
    signal?.addEventListener("abort", onAbort, { once: true });
    let left = controllers.length;
    if (left === 0) settle(true);
    for (const { synced } of controllers) {
      void synced.then((hasSynced) => {
        if (!hasSynced) settle(false);
        else if (--left === 0) settle(true);
      });
    }
  });
}
