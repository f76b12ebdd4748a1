/**
 * An informer with the interface of
 * [`npm:@kubernetes/client-node`](https://www.npmjs.com/package/@kubernetes/client-node)'s,
 * for code that was written for that one.
 *
 * An `IndexerInformerWatcher` does the work. What is added here are callbacks
 * in place of a stream, and starting again after a stop.
 *
 * @module
 */

import { InformerBridge } from "./_informer_bridge.ts";
import type { InformerOptions } from "../watch/indexer_informer_watcher.ts";
import type { KubernetesObject, ListerWatcher } from "../api/types.ts";

/**
 * An informer as client-node has it: its `Informer` and `ObjectCache`.
 *
 * @typeParam T Type of the objects.
 */
export interface ClientNodeInformer<
  T extends KubernetesObject = KubernetesObject,
> extends AsyncDisposable {
  /**
   * Adds a callback for what happens to objects. One that is added after the
   * start is told of nothing that was before.
   *
   * @param verb `"change"` is all of them.
   * @param callback Called with the object, the last known one where it is gone.
   * @throws {TypeError} If there is no such verb.
   */
  on(
    verb: "add" | "update" | "delete" | "change",
    callback: (object: T) => void,
  ): void;
  /**
   * Adds a callback for what happens to the informer.
   *
   * @param verb `"connect"`: a watch has been opened, the first or a later one.
   *   `"error"`: a list or watch has failed.
   * @param callback Called with the failure.
   * @throws {TypeError} If there is no such verb.
   */
  on(verb: "error" | "connect", callback: (error?: unknown) => void): void;
  /**
   * Removes a callback.
   *
   * @param verb What it was added for.
   * @param callback The callback.
   * @throws {TypeError} If there is no such verb.
   */
  off(
    verb: "add" | "update" | "delete" | "change",
    callback: (object: T) => void,
  ): void;
  /**
   * Removes a callback.
   *
   * @param verb What it was added for.
   * @param callback The callback.
   * @throws {TypeError} If there is no such verb.
   */
  off(verb: "error" | "connect", callback: (error?: unknown) => void): void;
  /**
   * Starts; harmless while it runs.
   *
   * @returns Resolves when the first objects are in the cache, the callbacks
   *   have been told of them and they are watched; or when that has failed
   *   once, which `"error"` is told of and which it goes on trying.
   */
  start(): Promise<void>;
  /**
   * Stops. No callback is called any more; the cache stays as it was.
   *
   * @returns Resolves when nothing of it runs any more.
   */
  stop(): Promise<void>;
  /**
   * An object in the cache.
   *
   * @param name Its name.
   * @param namespace Its namespace; none for what belongs to no namespace.
   * @returns It, where it is there.
   */
  get(name: string, namespace?: string): T | undefined;
  /**
   * The objects in the cache.
   *
   * @param namespace Their namespace; all of them unless it is given.
   * @returns A list that does not change any more.
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
 * An informer with client-node's interface over anything that lists and
 * watches. {@linkcode makeInformer} takes what client-node's function of that
 * name takes. New code is better served by an `IndexerInformerWatcher`: its
 * events wait for whoever reads them.
 *
 * - It does not end at an error: it goes on by itself, with a backoff. A
 *   callback that starts it again, as client-node needs it, does no harm. What
 *   it missed meanwhile comes as callbacks once it is connected again.
 * - In a callback, the cache is as of that change, and of no later one.
 * - What a callback throws is written to the console and changes nothing.
 * - A stop keeps the cache. The next start lists, and tells of what has changed
 *   since then.
 * - `"connect"` comes when a watch has been opened, not before.
 *
 * @typeParam T Type of the objects.
 * @param listerWatcher Lists and watches the objects.
 * @param options How to go about it.
 * @returns The informer; it asks for nothing before its start.
 * @throws {RangeError} If a duration or `pageSize` is negative or NaN.
 *
 * @example Follow pods as with client-node
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
  const nothing = () => Promise.resolve();
  return new InformerBridge<T>(
    () => ({ listerWatcher, [Symbol.asyncDispose]: nothing }),
    options,
  );
}
