/**
 * An informer with the interface of
 * [`npm:@kubernetes/client-node`](https://www.npmjs.com/package/@kubernetes/client-node)'s,
 * for code that was written for it.
 *
 * It wraps an `IndexerInformerWatcher`, with callbacks instead of a stream and
 * the ability to start again after a stop.
 *
 * @module
 */

import { InformerBridge } from "./_informer_bridge.ts";
import type { InformerOptions } from "../watch/indexer_informer_watcher.ts";
import type { KubernetesObject, ListerWatcher } from "../api/types.ts";

/**
 * An informer with client-node's interfaces `Informer` and `ObjectCache`.
 *
 * @typeParam T Type of the objects.
 */
export interface ClientNodeInformer<
  T extends KubernetesObject = KubernetesObject,
> extends AsyncDisposable {
  /**
   * Adds a callback for changes of objects. It is not called for changes before
   * it was added.
   *
   * @param verb The change; `"change"` stands for all of them.
   * @param callback Called with the object, or with its last known state after
   *   a deletion.
   * @throws {TypeError} If the verb is unknown.
   */
  on(
    verb: "add" | "update" | "delete" | "change",
    callback: (object: T) => void,
  ): void;
  /**
   * Adds a callback for the state of the informer.
   *
   * @param verb `"connect"`: a watch has been opened, the first or a later one.
   *   `"error"`: a list or watch has failed.
   * @param callback Called with the error for `"error"`.
   * @throws {TypeError} If the verb is unknown.
   */
  on(verb: "error" | "connect", callback: (error?: unknown) => void): void;
  /**
   * Removes a callback.
   *
   * @param verb The verb that it was added for.
   * @param callback The callback.
   * @throws {TypeError} If the verb is unknown.
   */
  off(
    verb: "add" | "update" | "delete" | "change",
    callback: (object: T) => void,
  ): void;
  /**
   * Removes a callback.
   *
   * @param verb The verb that it was added for.
   * @param callback The callback.
   * @throws {TypeError} If the verb is unknown.
   */
  off(verb: "error" | "connect", callback: (error?: unknown) => void): void;
  /**
   * Starts the informer; does nothing if it is running. After a failure and a
   * stop, it waits for the backoff before it sends a request.
   *
   * @returns A promise that resolves when the initial objects are in the cache,
   *   the callbacks have been called for them and the watch is open; or at the
   *   first failure, which is reported as `"error"` and retried.
   */
  start(): Promise<void>;
  /**
   * Stops the informer. No more callbacks are called; the cache is kept.
   *
   * @returns A promise that resolves when the informer has fully shut down.
   */
  stop(): Promise<void>;
  /**
   * Returns an object from the cache.
   *
   * @param name The name of the object.
   * @param namespace Its namespace; omit for a cluster-scoped object.
   * @returns The object, if it is in the cache.
   */
  get(name: string, namespace?: string): T | undefined;
  /**
   * Returns the objects in the cache.
   *
   * @param namespace Their namespace; omit for all namespaces.
   * @returns A snapshot, which later changes do not affect.
   */
  list(namespace?: string): readonly T[];
}

/** Options for {@linkcode clientNodeInformer}; see `InformerOptions`. */
export type ClientNodeInformerOptions<
  T extends KubernetesObject = KubernetesObject,
> = Pick<
  InformerOptions<T>,
  | "pageSize"
  | "watchTimeoutMs"
  | "watchGraceMs"
  | "idleTimeoutMs"
  | "minBackoffMs"
  | "maxBackoffMs"
  | "transform"
>;

/**
 * Creates an informer with client-node's interface from any `ListerWatcher`.
 * For client-node's own arguments use {@linkcode makeInformer}. New code should
 * use an `IndexerInformerWatcher`, whose events wait until they are read.
 *
 * - An error does not stop it: it retries on its own, with a backoff. A
 *   callback that starts it again, as client-node requires, does no harm, even
 *   if it stops it first: the backoff outlasts the stop. What it missed is
 *   reported by callbacks once it is connected again.
 * - In a callback, the cache is in the state of that change, not a later one.
 * - An error that a callback throws is written to the console and has no other
 *   effect.
 * - A stop keeps the cache. The next start lists and reports what has changed
 *   since then.
 * - `"connect"` is reported after a watch has been opened, not before.
 *
 * @typeParam T Type of the objects.
 * @param listerWatcher Lists and watches the objects.
 * @param options Options of the informer.
 * @returns The informer; it sends no request before its start.
 * @throws {RangeError} If a duration or `pageSize` is negative or NaN.
 *
 * @example Watch pods with client-node's interface
 * ```ts
 * import { clientNodeInformer } from "@watchtools/kube/client-node";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const pods = new FakeListerWatcher();
 * pods.add({ metadata: { name: "web", namespace: "default" } });
 *
 * await using informer = clientNodeInformer(pods);
 * const added: unknown[] = [];
 * informer.on("add", (pod) => added.push(pod.metadata?.name));
 * informer.on("error", () => setTimeout(() => informer.start(), 5000));
 *
 * await informer.start();
 * assertEquals(added, ["web"]);
 * assertEquals(informer.list("default").length, 1);
 * ```
 */
export function clientNodeInformer<
  T extends KubernetesObject = KubernetesObject,
>(
  listerWatcher: ListerWatcher<T>,
  options: ClientNodeInformerOptions<T> = {},
): ClientNodeInformer<T> {
  const noop = () => Promise.resolve();
  return new InformerBridge<T>(
    () => ({ listerWatcher, [Symbol.asyncDispose]: noop }),
    options,
  );
}
