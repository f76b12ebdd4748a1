/**
 * The server of a simulation, what changes on it, and what really happened.
 *
 * @module
 */

import { FakeApiServer, type StoredObject } from "../../testing/mod.ts";
import type { SeededRandom } from "../../testing/_seeded_random.ts";
import { identity, Timeline } from "./_timeline.ts";
import type { Trace } from "./_trace.ts";

/** The names of the objects; there are never more. */
const NAMES = ["ada", "bo", "cy", "dee", "eve", "fay", "gus", "hal"];

/**
 * By how much versions advance before a server is restored, so that its new
 * versions do not reach those that clients have seen.
 */
const AHEAD = 1_000_000;

/** How long clients have to see that, in milliseconds. */
const SEES_MS = 5_000;

/** Someone that has to know when the server has been restored. */
export interface RestoreListener {
  /** Called when the server is at `version` again, with its new timeline. */
  restored(version: number, timeline: Timeline): void;
}

/** The server and its objects. */
export class World {
  /** The server. */
  readonly server: FakeApiServer;
  /** Called when the server has been restored. */
  readonly listeners = new Set<RestoreListener>();
  readonly #random: SeededRandom;
  readonly #trace: Trace;
  readonly #now: () => number;
  readonly #served = new Set<string>();
  readonly #current = new Map<string, StoredObject>();
  readonly #compactions: { at: number; version: number }[] = [];
  readonly #restorations: number[] = [];
  #timeline = new Timeline();
  #steps = 0;

  /** Creates a server with some objects. */
  constructor(random: SeededRandom, trace: Trace, now: () => number) {
    this.#random = random;
    this.#trace = trace;
    this.#now = now;
    this.server = new FakeApiServer({
      limitAtZero: random.chance(0.3),
      watchBodies: random.pick(["bytes", "default"]),
      chunkSize: random.pick([Infinity, Infinity, 1_000, 101]),
      expiry: random.pick(["event", "answer"]),
      watchList: random.pick(["supported", "supported", "refused", "ignored"]),
    });
    this.server.create({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "kube-system" },
    });
    for (const name of NAMES.slice(0, 4)) this.#put(name);
  }

  /** What has happened since the server was restored last, and before. */
  get timeline(): Timeline {
    return this.#timeline;
  }

  /** The objects that there are. */
  get current(): ReadonlyMap<string, StoredObject> {
    return this.#current;
  }

  /** The step of the last change. */
  get steps(): number {
    return this.#steps;
  }

  /** When the server was restored, in simulated milliseconds. */
  get restorations(): readonly number[] {
    return this.#restorations;
  }

  /** Whether an object has ever been on the server as it is. */
  hasServed(object: StoredObject): boolean {
    return this.#served.has(identity(object));
  }

  /** Whether a version has expired since some time. */
  hasExpired(version: number, since: number): boolean {
    return this.#compactions.some((each) =>
      each.at >= since && each.version > version
    );
  }

  /** Makes a random change. */
  change(): void {
    const name = this.#random.pick(NAMES);
    const isThere = this.#current.has(name);
    const choice = this.#random.next();
    if (isThere && choice < 0.2) return this.#delete(name);
    if (isThere && choice < 0.3) this.#delete(name);
    this.#put(name);
  }

  /** Something else changes, which the clients do not watch. */
  elsewhere(): void {
    this.server.advance(1 + this.#random.upTo(5));
  }

  /** All earlier versions expire, once something has happened since. */
  compact(): void {
    this.server.advance();
    this.server.compact();
    const version = Number(this.server.resourceVersion);
    this.#compactions.push({ at: this.#now(), version });
    this.#trace.note("server", `compacted at ${version}`);
  }

  /** Restores the server from a backup; takes some seconds. */
  restore(): void {
    const versions = this.#timeline.changes.map(({ version }) => version)
      .filter((version) => version >= this.#oldest);
    const backup = this.#random.pick([...versions.slice(-8), this.#latest]);
    this.server.advance(AHEAD);
    this.#put(this.#random.pick(NAMES));
    setTimeout(() => this.#restoreTo(Math.max(backup, this.#oldest)), SEES_MS);
  }

  get #oldest(): number {
    return this.#compactions.at(-1)?.version ?? 0;
  }

  get #latest(): number {
    return this.#timeline.changes.at(-1)?.version ?? 0;
  }

  #restoreTo(version: number): void {
    this.#timeline = this.#timeline.upTo(version);
    this.server.restore(String(version));
    this.#current.clear();
    for (const name of NAMES) {
      const object = this.server.get(pathOf(name));
      if (object !== undefined) this.#current.set(name, object);
    }
    this.#restorations.push(this.#now());
    this.#trace.note("server", `restored from a backup at ${version}`);
    for (const each of [...this.listeners]) {
      each.restored(version, this.#timeline);
    }
  }

  #put(name: string): void {
    const step = ++this.#steps;
    const type = this.#current.has(name) ? "MODIFIED" : "ADDED";
    const object = this.server.apply({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "sim" },
      // Long and short, with characters of two to four bytes.
      data: { step: `${step}`, text: "aé✓🎈".repeat(this.#random.upTo(60)) },
    });
    this.#current.set(name, object);
    this.#happened(type, object, step);
  }

  #delete(name: string): void {
    const { data } = this.#current.get(name) ?? {};
    const object = { ...this.server.delete(pathOf(name)), data };
    this.#current.delete(name);
    this.#happened("DELETED", object, NaN);
  }

  #happened(
    type: "ADDED" | "MODIFIED" | "DELETED",
    object: StoredObject,
    step: number,
  ): void {
    const { name = "", uid = "", resourceVersion } = object.metadata ?? {};
    const version = Number(resourceVersion);
    this.#served.add(identity(object));
    const at = this.#now();
    this.#timeline.add({ type, name, uid, version, step, at });
    this.#trace.note("server", `${type} ${name} at ${version}`);
  }
}

function pathOf(name: string): string {
  return `/api/v1/namespaces/sim/configmaps/${name}`;
}
