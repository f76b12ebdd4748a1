/**
 * A {@linkcode PodWatch} that is loaded, and begins, when the first workload is
 * not as it should be: most waits need none.
 *
 * @module
 */

import type { KubernetesObject } from "../api/types.ts";
import type { PodWatch, PodWatchOptions } from "./_pod_watch.ts";

const WORKLOADS: ReadonlySet<string> = new Set([
  "DaemonSet",
  "Deployment",
  "Job",
  // Needs no others, but the same words.
  "Pod",
  "ReplicaSet",
  "ReplicationController",
  "StatefulSet",
]);

/** The pods of workloads, once anybody asks. */
export class LazyPodWatch implements AsyncDisposable {
  readonly #options: PodWatchOptions;
  readonly #early: KubernetesObject[] = [];
  #loading: Promise<void> | undefined;
  #watch: PodWatch | undefined;
  #isOver = false;

  /**
   * Loads nothing yet.
   *
   * @param options What to watch with.
   */
  constructor(options: PodWatchOptions) {
    this.#options = options;
  }

  /**
   * What the first pod is troubled by that belongs to an object. Its pods are
   * watched from now on.
   *
   * @param object The object, of any kind.
   * @returns `"pod web-7d9f-x2k: ImagePullBackOff"`; undefined where there is
   *   no trouble, or none that is known yet.
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
    // Of pods that are there already, no watch tells again.
    if (this.#early.some(({ kind }) => kind === "Pod")) {
      this.#options.changed();
    }
  }
}
