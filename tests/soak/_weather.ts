/**
 * Faults at random times: of connections, by the proxy, and of the server.
 *
 * @module
 */

import { setTimeout as delay } from "node:timers/promises";
import { SeededRandom } from "../../testing/_seeded_random.ts";
import type { ControlPlane } from "../control_plane/control_plane.ts";
import type { TcpProxy } from "../control_plane/tcp_proxy.ts";

/** What goes wrong, and how often in relation to the others. */
const FAULTS = [
  ["cut", 6],
  ["reset", 6],
  ["stall", 3],
  ["cuts after some bytes", 3],
  ["slow", 2],
  ["compaction", 2],
  ["apiserver killed", 1],
  ["apiserver restarted", 1],
] as const;

/** The name of a fault. */
export type SoakFault = typeof FAULTS[number][0];

/** What the faults befall. */
export interface WeatherOptions {
  /** The control plane. */
  readonly plane: ControlPlane;
  /** The proxies in front of it. */
  readonly proxies: readonly TcpProxy[];
  /** Draws the faults. */
  readonly seed: number;
  /** The average time between two faults, in milliseconds. */
  readonly everyMs: number;
}

/** Faults until they are stopped. */
export class Weather {
  /** How often each fault has happened. */
  readonly counts = new Map<SoakFault, number>();
  readonly #options: WeatherOptions;
  readonly #random: SeededRandom;

  /** Creates the faults. */
  constructor(options: WeatherOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
  }

  /**
   * Lets faults happen for a time. Afterwards, nothing is wrong any more.
   *
   * @param durationMs How long.
   */
  async run(durationMs: number): Promise<void> {
    const end = Date.now() + durationMs;
    const { everyMs, proxies } = this.#options;
    const deck = FAULTS.flatMap(([name, weight]) =>
      Array.from({ length: weight }, () => name)
    );
    while (Date.now() < end) {
      const pause = this.#random.upTo(2 * everyMs);
      await delay(Math.min(pause, Math.max(0, end - Date.now())));
      const fault = this.#random.pick(deck);
      this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
      await this.#happen(fault);
    }
    for (const proxy of proxies) proxy.clear();
  }

  async #happen(fault: SoakFault): Promise<void> {
    const { plane, proxies } = this.#options;
    switch (fault) {
      case "cut":
        for (const proxy of proxies) proxy.cut();
        return;
      case "reset":
        for (const proxy of proxies) proxy.reset();
        return;
      case "stall":
        for (const proxy of proxies) proxy.stall();
        return;
      case "cuts after some bytes":
        for (const proxy of proxies) {
          const bytes = () => this.#random.upTo(60_000);
          proxy.breakAfter({ bytes, how: this.#random.pick(["cut", "reset"]) });
        }
        return await this.#clearAfter(5_000);
      case "slow":
        for (const proxy of proxies) proxy.delay(100);
        return await this.#clearAfter(5_000);
      case "compaction":
        await plane.compactEtcd();
        return;
      case "apiserver killed":
        return await plane.restartApiserver({ signal: "SIGKILL" });
      case "apiserver restarted":
        return await plane.restartApiserver();
    }
  }

  async #clearAfter(ms: number): Promise<void> {
    await delay(this.#random.upTo(ms));
    for (const proxy of this.#options.proxies) proxy.clear();
  }
}
