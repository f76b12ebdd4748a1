/**
 * What the clients of a simulation share.
 *
 * @module
 */

import type { SeededRandom } from "../../testing/_seeded_random.ts";
import type { Network } from "./_network.ts";
import type { Trace } from "./_trace.ts";
import type { RestoreListener, World } from "./_world.ts";

/** The world, as the clients see it. */
export interface Stage {
  /** The server and what happens there. */
  readonly world: World;
  /** The way there. */
  readonly network: Network;
  /** What happens, and what is wrong with it. */
  readonly trace: Trace;
  /** Decides what the clients do. */
  readonly random: SeededRandom;
  /** The simulated milliseconds. */
  readonly now: () => number;
  /** Resolves after some simulated milliseconds, or when all is over. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** A consumer of something that lists and watches. */
export interface Client extends RestoreListener {
  /** Its name in traces and requests. */
  readonly name: string;
  /** What it uses. */
  readonly kind: string;
  /** Called when all has been well for so long that it must be up to date. */
  check(): void;
  /** Stops it, and checks that it has left nothing behind. */
  stop(): Promise<void>;
}

/** When faults happen, in simulated milliseconds. */
export const FAULTY: readonly [number, number][] = [
  [60_000, 18 * 60_000],
  [31 * 60_000, 47 * 60_000],
];

/** Whether faults happen at a time. */
export function isFaulty(ms: number): boolean {
  return FAULTY.some(([begin, end]) => ms >= begin && ms < end);
}

/** How long all is well before clients are checked, in milliseconds. */
export const CALM_MS = 12 * 60_000;
