/**
 * The controller of an informer, which says whether its store is complete.
 *
 * @module
 */

/**
 * The state of an informer, as client-go's
 * [`cache.Controller`](https://pkg.go.dev/k8s.io/client-go/tools/cache#Controller).
 */
export interface Controller {
  /** Whether the store holds the complete initial list. */
  hasSynced(): boolean;
  /**
   * Resolves to true once {@linkcode Controller.hasSynced} is true, or to false
   * if the informer stops before that. Never rejects.
   */
  readonly synced: Promise<boolean>;
  /**
   * The resource version that the store is at; empty before the initial list.
   */
  lastSyncResourceVersion(): string;
}

/**
 * Waits for informers to sync, as client-go's
 * [`cache.WaitForCacheSync`](https://pkg.go.dev/k8s.io/client-go/tools/cache#WaitForCacheSync).
 *
 * @param signal Ends the wait.
 * @param controllers The controllers of the informers.
 * @returns True once all have synced, also where the signal is aborted; false as
 *   soon as one has stopped before that or the signal is aborted.
 *
 * @example Read a store only once it is complete
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
  const haveSynced = () => controllers.every((each) => each.hasSynced());
  if (signal?.aborted) return Promise.resolve(haveSynced());
  return new Promise<boolean>((resolve) => {
    const settle = (synced: boolean) => {
      signal?.removeEventListener("abort", onAbort);
      resolve(synced);
    };
    const onAbort = () => settle(haveSynced());
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
