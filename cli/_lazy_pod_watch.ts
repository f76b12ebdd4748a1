/**
 * A {@linkcode PodWatch} that is loaded, and begins, when the first workload
 * does not meet its conditions: most waits do not need it.
 *
 * @module
 */

import type { KubernetesObject } from "../api/types.ts";
import type { PodWatch, PodWatchOptions } from "./_pod_watch.ts";

const WORKLOADS: ReadonlySet<string> = new Set([
  "DaemonSet",
  "Deployment",
  "Job",
  // Needs no other pods, but the same words.
  "Pod",
  "ReplicaSet",
  "ReplicationController",
  "StatefulSet",
]);

/** The pods of workloads, watched from the first question on. */
export class LazyPodWatch implements AsyncDisposable {
  readonly #options: PodWatchOptions;
  readonly #early: KubernetesObject[] = [];
  #loading: Promise<void> | undefined;
  #watch: PodWatch | undefined;
  #isOver = false;

  /**
   * Does not load or watch yet.
   *
   * @param options What to watch with.
   */
  constructor(options: PodWatchOptions) {
    this.#options = options;
  }

  /**
   * What is wrong with the first pod of an object that is in trouble. Its pods
   * are watched from now on.
   *
   * @param object The object, of any kind.
   * @returns `"pod web-7d9f-x2k: ImagePullBackOff"`; undefined where
   *   nothing is known to be wrong yet.
   */
  troubleOf(object: KubernetesObject): string | undefined {
    if (this.#isOver || !WORKLOADS.has(object.kind ?? "")) return undefined;
    if (this.#watch === undefined) {
      this.#early.push(object);
      this.#loading ??= this.#load();
      return undefined;
    }
    this.#watch.add(object);
    return this.#watch.troubleOf(object);
  }

  /** Ends all watches. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#loading;
    await this.#watch?.[Symbol.asyncDispose]();
  }

  async #load(): Promise<void> {
    const { PodWatch } = await import("./_pod_watch.ts");
    if (this.#isOver) return;
    this.#watch = new PodWatch(this.#options);
    for (const object of this.#early) this.#watch.add(object);
    // A pod explains itself: for those, no watch will report a change.
    if (this.#early.some(({ kind }) => kind === "Pod")) {
      this.#options.changed();
    }
  }
}
