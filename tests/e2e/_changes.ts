/**
 * Random changes to a number of pods: create, update, delete, and the status
 * subresource. Nothing runs these pods, so that nobody else changes them. They
 * are written by several writers at once, each with pods of its own, as fast as
 * the server takes them; what the server acknowledged, ordered by version, is
 * what every watcher has to see.
 *
 * A deleted pod is first marked as being deleted, in a change of its own that no
 * answer mentions.
 */

import fc from "fast-check";
import type { ControlPlane } from "../control_plane/control_plane.ts";
import type { JsonObject } from "../control_plane/json_client.ts";
import { changeText } from "./_events.ts";
import { within } from "./_within.ts";

/** The pods of the default namespace. */
export const podsPath = "/api/v1/namespaces/default/pods";

const lanes = 4;

/**
 * A pod that can be created.
 *
 * @param name Its name.
 * @returns It.
 */
export function podNamed(name: string): JsonObject {
  const spec = { containers: [{ name: "main", image: "none" }] };
  return { metadata: { name }, spec };
}

interface Step {
  readonly pod: number;
  readonly roll: number;
}

/** A change that the server has acknowledged. */
export interface Acknowledged {
  /** What happened, as the type of an event. */
  readonly type: string;
  /** The pod. */
  readonly name: string;
  /** Its version after that. */
  readonly version: string;
  /** All of that, as the text of an event. */
  readonly text: string;
}

/** Options of {@linkcode Changes}. */
export interface ChangesOptions {
  /** How many pods. @default {50} */
  pods?: number | undefined;
  /** Decides the changes. @default {a new one each time} */
  seed?: number | undefined;
}

/** Changes that have been made, and those that can be. */
export class Changes {
  /** Names of all pods, whether they are there at the moment or not. */
  readonly names: readonly string[];
  /** Decides the changes. */
  readonly seed: number;
  readonly #plane: ControlPlane;
  readonly #existing = new Set<string>();
  readonly #acknowledged: Acknowledged[] = [];
  #batches = 0;
  #number = 0;

  /** Changes nothing yet. */
  constructor(plane: ControlPlane, options: ChangesOptions = {}) {
    const { pods = 50, seed = Date.now() % 2 ** 31 } = options;
    this.#plane = plane;
    this.seed = seed;
    this.names = Array.from({ length: pods }, (_, index) => `pod-${index}`);
  }

  /** What a failure has to say, so that the changes can be repeated. */
  get hint(): string {
    return `(changes of seed ${this.seed})`;
  }

  /** What was acknowledged, in the order of the versions. */
  get acknowledged(): readonly Acknowledged[] {
    return this.#acknowledged.sort((a, b) =>
      Number(a.version) - Number(b.version)
    );
  }

  /** The same as the texts of events. */
  get texts(): string[] {
    return this.acknowledged.map(({ text }) => text);
  }

  /** The newest version that was acknowledged. */
  get lastVersion(): string {
    return this.acknowledged.at(-1)?.version ?? "";
  }

  /**
   * What was acknowledged for one pod.
   *
   * @param name Its name.
   * @returns Texts, and the newest version, empty where there is none.
   */
  of(name: string): { texts: string[]; lastVersion: string } {
    const own = this.acknowledged.filter((entry) => entry.name === name);
    return {
      texts: own.map(({ text }) => text),
      lastVersion: own.at(-1)?.version ?? "",
    };
  }

  /**
   * Makes changes.
   *
   * @param count How many.
   */
  async write(count: number): Promise<void> {
    const steps = this.#steps(count);
    const work = Array.from({ length: lanes }, async (_, lane) => {
      for (const step of steps) {
        if (step.pod % lanes === lane) await this.#take(step);
      }
    });
    await within(`${count} changes to be written`, Promise.all(work));
  }

  /**
   * Makes changes without a pause until something else is over.
   *
   * @param other The other thing.
   * @param count How many at a time, before it looks whether that is over.
   */
  async writeDuring(other: Promise<unknown>, count: number): Promise<void> {
    let isOver = false;
    const end = other.finally(() => isOver = true);
    do {
      await this.write(count);
    } while (!isOver);
    await end;
  }

  /** Creates all pods that are not there. */
  async fill(): Promise<void> {
    const missing = this.names.filter((name) => !this.#existing.has(name));
    const work = Array.from({ length: lanes }, async (_, lane) => {
      for (let index = lane; index < missing.length; index += lanes) {
        await this.#create(missing[index] ?? "");
      }
    });
    await within("all pods to be created", Promise.all(work));
  }

  #steps(count: number): Step[] {
    const step = fc.record({
      pod: fc.nat({ max: this.names.length - 1 }),
      roll: fc.nat({ max: 99 }),
    });
    const seed = this.seed + this.#batches++;
    return fc.sample(fc.noBias(step), { seed, numRuns: count });
  }

  async #take({ pod, roll }: Step): Promise<void> {
    const name = this.names[pod] ?? "";
    const own = `${podsPath}/${name}`;
    const number = `${this.#number++}`;
    if (!this.#existing.has(name)) {
      await this.#create(name);
    } else if (roll < 15) {
      this.#existing.delete(name);
      await this.#send("DELETED", name, "DELETE", own);
    } else if (roll < 55) {
      const body = { status: { message: number } };
      await this.#send("MODIFIED", name, "PATCH", `${own}/status`, body);
    } else {
      const body = { metadata: { annotations: { number } } };
      await this.#send("MODIFIED", name, "PATCH", own, body);
    }
  }

  async #create(name: string): Promise<void> {
    this.#existing.add(name);
    const body = podNamed(name);
    await this.#send("ADDED", name, "POST", podsPath, body);
  }

  async #send(
    type: string,
    name: string,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<void> {
    const { metadata } = await this.#plane.request(method, path, body);
    const version = metadata?.resourceVersion ?? "";
    const text = changeText(type, name, version);
    this.#acknowledged.push({ type, name, version, text });
  }
}

/**
 * The version from which on a watch sees all changes to come.
 *
 * @param plane The control plane.
 * @param path The resource.
 * @returns It.
 */
export async function versionNow(
  plane: ControlPlane,
  path: string = podsPath,
): Promise<string> {
  const { metadata } = await plane.request("GET", `${path}?limit=1`);
  return metadata?.resourceVersion ?? "";
}
