/**
 * Writers that change objects at a rate, and know what they have changed, also
 * when a server dies in the middle of it.
 *
 * Each object has one writer. Where a write was not acknowledged, its writer
 * reads the object until there is an answer: if its version is another one, the
 * write has happened. Only the version of a deletion is lost in this way.
 *
 * @module
 */

import { setTimeout as delay } from "node:timers/promises";
import { SeededRandom } from "../../testing/_seeded_random.ts";
import {
  type ControlPlane,
  RequestError,
} from "../control_plane/control_plane.ts";
import type { Change } from "../simulation/peers/_account.ts";

/** Service accounts: small, and their deletion is answered with a version. */
export const PATH = "/api/v1/namespaces/default/serviceaccounts";

/** The name of the last object that is created. */
export const LAST_NAME = "last";

const LANES = 16;
const OBJECTS_PER_LANE = 5;

/** Options for {@linkcode Writers}. */
export interface WritersOptions {
  /** The number of changes a second. */
  readonly rate: number;
  /** Draws the changes. */
  readonly seed: number;
}

/** What a writer does. */
export type Step = "create" | "patch" | "delete";

const TYPES = {
  create: "ADDED",
  patch: "MODIFIED",
  delete: "DELETED",
} as const;

/** The writers. */
export class Writers {
  /** The changes that have happened, in the order of their acknowledgement. */
  readonly changes: Change[] = [];
  /** The objects that were deleted at a version that no one was told. */
  readonly unsureDeletions: string[] = [];
  readonly #plane: Pick<ControlPlane, "request">;
  readonly #options: WritersOptions;
  readonly #versions = new Map<string, string>();
  #isOver = false;
  #work: Promise<unknown> = Promise.resolve();
  #unacknowledged = 0;

  /** Creates the writers. */
  constructor(
    plane: Pick<ControlPlane, "request">,
    options: WritersOptions,
  ) {
    this.#plane = plane;
    this.#options = options;
  }

  /** The number of writes without an answer. */
  get unacknowledged(): number {
    return this.#unacknowledged;
  }

  /** Starts writing. */
  start(): void {
    this.#work = Promise.all(
      Array.from({ length: LANES }, (_, lane) => this.#run(lane)),
    );
  }

  /** Stops writing, and creates the last object. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#work;
    await this.take("create", LAST_NAME);
  }

  async #run(lane: number): Promise<void> {
    const random = new SeededRandom(this.#options.seed + lane);
    const everyMs = 1_000 * LANES / this.#options.rate;
    for (let next = Date.now(), number = 0; !this.#isOver; number++) {
      const name = `lane-${lane}-${random.upTo(OBJECTS_PER_LANE)}`;
      const step = !this.#versions.has(name)
        ? "create"
        : random.chance(0.1)
        ? "delete"
        : "patch";
      await this.take(step, name, number);
      next = Math.max(next + everyMs, Date.now() - 1_000);
      await delay(Math.max(0, next - Date.now()));
    }
  }

  /**
   * Makes one change.
   *
   * @param step What to do.
   * @param name The object.
   * @param number Tells the change from others of the object.
   */
  async take(step: Step, name: string, number = 0): Promise<void> {
    try {
      const version = await this.#send(step, name, number);
      this.#happened(step, name, version);
    } catch (error) {
      // A conflict with what the server itself does is not a failure of it.
      if (error instanceof RequestError && error.code === 409) return;
      this.#unacknowledged++;
      await this.#findOut(step, name);
    }
  }

  async #send(step: Step, name: string, number: number): Promise<string> {
    const own = `${PATH}/${name}`;
    const annotations = { number: `${number}`, text: "aé✓🎈".repeat(20) };
    const metadata = { name, annotations };
    const { metadata: answer } = step === "create"
      ? await this.#plane.request("POST", PATH, { metadata })
      : step === "patch"
      ? await this.#plane.request("PATCH", own, { metadata: { annotations } })
      : await this.#plane.request("DELETE", own);
    return answer?.resourceVersion ?? "";
  }

  #happened(step: Step, name: string, version: string): void {
    if (step === "delete") this.#versions.delete(name);
    else this.#versions.set(name, version);
    this.changes.push({ type: TYPES[step], name, version: Number(version) });
  }

  async #findOut(step: Step, name: string): Promise<void> {
    for (;;) {
      try {
        const { metadata } = await this.#plane.request(
          "GET",
          `${PATH}/${name}`,
        );
        const version = metadata?.resourceVersion ?? "";
        if (version === this.#versions.get(name)) return;
        return this.#happened(step, name, version);
      } catch (error) {
        if (error instanceof RequestError && error.code === 404) {
          if (this.#versions.delete(name)) this.unsureDeletions.push(name);
          return;
        }
        await delay(200);
      }
    }
  }
}
