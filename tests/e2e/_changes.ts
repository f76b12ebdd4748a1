/**
 * Makes random changes to a number of pods: creations, updates, deletions, and
 * status updates. The pods do not run, so nothing else changes them. Several
 * writers, each with its own pods, write as fast as the server allows. Every
 * watcher has to see the changes that the server acknowledged, in the order of
 * their versions.
 *
 * A deleted pod is first marked for deletion, in a separate change that is not
 * acknowledged.
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
 * Returns a pod to create.
 *
 * @param name The name of the pod.
 * @returns The result.
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
  /** The type of the change, as in an event. */
  readonly type: string;
  /** The pod. */
  readonly name: string;
  /** Its resource version after the change. */
  readonly version: string;
  /** The change, in the format of an event. */
  readonly text: string;
}

/** Options for {@linkcode Changes}. */
export interface ChangesOptions {
  /** The number of pods. @default {50} */
  pods?: number | undefined;
  /** The seed of the random changes. @default {random} */
  seed?: number | undefined;
}

/** Makes and records changes. */
export class Changes {
  /** The names of all pods, whether they exist at the moment or not. */
  readonly names: readonly string[];
  /** The seed of the random changes. */
  readonly seed: number;
  readonly #plane: ControlPlane;
  readonly #existing = new Set<string>();
  readonly #acknowledged: Acknowledged[] = [];
  #batches = 0;
  #number = 0;

  /** Creates the recorder; makes no change. */
  constructor(plane: ControlPlane, options: ChangesOptions = {}) {
    const { pods = 50, seed = Date.now() % 2 ** 31 } = options;
    this.#plane = plane;
    this.seed = seed;
    this.names = Array.from({ length: pods }, (_, index) => `pod-${index}`);
  }

  /** A hint for failures, with which the changes can be reproduced. */
  get hint(): string {
    return `(changes of seed ${this.seed})`;
  }

  /** The acknowledged changes, in the order of their versions. */
  get acknowledged(): readonly Acknowledged[] {
    return this.#acknowledged.sort((a, b) =>
      Number(a.version) - Number(b.version)
    );
  }

  /** The acknowledged changes, in the format of events. */
  get texts(): string[] {
    return this.acknowledged.map(({ text }) => text);
  }

  /** The latest acknowledged version. */
  get lastVersion(): string {
    return this.acknowledged.at(-1)?.version ?? "";
  }

  /**
   * Returns the acknowledged changes of a pod.
   *
   * @param name The name of the pod.
   * @returns The changes, and the latest version, which is empty if there is
   *   none.
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
   * @param count The number of changes.
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
   * Makes changes continuously until a promise settles.
   *
   * @param other The promise.
   * @param count The number of changes between two checks.
   */
  async writeDuring(other: Promise<unknown>, count: number): Promise<void> {
    let isOver = false;
    const end = other.finally(() => isOver = true);
    do {
      await this.write(count);
    } while (!isOver);
    await end;
  }

  /** Creates all pods that do not exist. */
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
    const version = this.#isMisreported(type)
      ? await this.#versionOf(name)
      : metadata?.resourceVersion ?? "";
    const text = changeText(type, name, version);
    this.#acknowledged.push({ type, name, version, text });
  }

  /**
   * kine answers the creation of an object whose name has been in use before
   * with the latest version of all objects, not with that of the new object.
   */
  #isMisreported(type: string): boolean {
    return type === "ADDED" && this.#plane.store === "kine";
  }

  async #versionOf(name: string): Promise<string> {
    const { metadata } = await this.#plane.request(
      "GET",
      `${podsPath}/${name}`,
    );
    return metadata?.resourceVersion ?? "";
  }
}

/**
 * Returns the version from which a watch sees all future changes.
 *
 * @param plane The control plane.
 * @param path The resource.
 * @returns The result.
 */
export async function versionNow(
  plane: ControlPlane,
  path: string = podsPath,
): Promise<string> {
  const { metadata } = await plane.request("GET", `${path}?limit=1`);
  return metadata?.resourceVersion ?? "";
}
