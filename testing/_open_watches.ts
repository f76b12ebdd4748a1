/**
 * The open watches of a fake server, by the resource that they watch, so that a
 * change only concerns those of its resource.
 *
 * @module
 */

import type { Change } from "./_fake_store.ts";
import type { ServerWatch } from "./_server_watch.ts";
import type { StoredObject } from "./stored_object.ts";

/** A set of watches. */
export class OpenWatches implements Iterable<ServerWatch> {
  readonly #byResource = new Map<string, Set<ServerWatch>>();
  readonly #whenClosed: (() => void)[] = [];
  #size = 0;

  /** The number of open watches. */
  get size(): number {
    return this.#size;
  }

  /** Iterates over all watches. */
  *[Symbol.iterator](): Generator<ServerWatch> {
    for (const watches of [...this.#byResource.values()]) yield* [...watches];
  }

  /** Adds a watch. */
  add(watch: ServerWatch): void {
    const watches = this.#byResource.get(watch.key) ?? new Set();
    this.#byResource.set(watch.key, watches);
    watches.add(watch);
    this.#size++;
  }

  /** Removes a watch, if it is in the set. */
  delete(watch: ServerWatch): void {
    const watches = this.#byResource.get(watch.key);
    if (watches === undefined || !watches.delete(watch)) return;
    if (watches.size === 0) this.#byResource.delete(watch.key);
    this.#size--;
    if (this.#size > 0) return;
    for (const resolve of this.#whenClosed.splice(0)) resolve();
  }

  /** Passes a change on to the watches of its resource. */
  changed(change: Change<StoredObject>): void {
    const [group = "", resource = ""] = change.key.split("/", 2);
    const watches = this.#byResource.get(`${group}/${resource}`);
    for (const watch of watches ?? []) watch.changed(change);
  }

  /** Ends the watches of a resource, after the events sent so far. */
  endOf(key: string): void {
    for (const watch of [...this.#byResource.get(key) ?? []]) watch.end();
  }

  /** Resolves when no watch is open. */
  async allClosed(): Promise<void> {
    if (this.#size === 0) return;
    await new Promise<void>((resolve) => this.#whenClosed.push(resolve));
  }
}
