/**
 * What happens during one run, drawn from its seed: faults and changes, in real
 * time. Each peer gets the same.
 *
 * @module
 */

import { SeededRandom } from "../../../testing/_seeded_random.ts";
import {
  type Fault,
  type FaultTarget,
  type FaultType,
  randomFaults,
  type ScheduledFault,
} from "../../../testing/mod.ts";

/** How long faults happen, in milliseconds. */
export const FAULTY_MS = 8_000;

/** When the last object is created, with nothing wrong any more. */
export const LAST_CHANGE_MS = 11_000;

/** The name of the last object; who waits for it is done then. */
export const LAST_NAME = "last";

/** The other names. */
export const NAMES: readonly string[] = ["ada", "bo", "cy", "dee", "eve"];

/** How many of them there are at the beginning. */
export const FIRST_NAMES = 3;

/**
 * What servers, and the proxies in front of them, do. Left out are those faults
 * that no client can recover from by itself (permissions, an empty answer from
 * a wrong server), and restored backups, which have tests of their own.
 */
const TYPES: readonly FaultType[] = [
  "refuse",
  "slow",
  "status",
  "html",
  "reset",
  "reset",
  "end",
  "end",
  "stall",
  "cutCharacter",
  "trickle",
  "errorEvent",
  "laggingReplica",
  "expiredContinue",
];

/** A change to be made at a time. */
export interface PlannedChange {
  /** Milliseconds from the start. */
  readonly atMs: number;
  /** The object. */
  readonly name: string;
  /** Whether it is deleted if it exists; otherwise, or not, it is applied. */
  readonly deletes: boolean;
  /** A text of the object, with characters of one to four bytes. */
  readonly text: string;
}

/**
 * Draws the faults of a seed, for the requests to one namespace.
 *
 * @param seed The seed.
 * @param namespace The namespace.
 * @returns The faults, all over by {@linkcode LAST_CHANGE_MS}.
 */
export function faultsOf(
  seed: number,
  namespace: string,
): readonly ScheduledFault[] {
  const targets: FaultTarget[] = [
    { namespace, verb: "watch" },
    { namespace, verb: "watch" },
    { namespace, verb: "list" },
    { namespace },
  ];
  return randomFaults({
    seed,
    durationMs: FAULTY_MS,
    everyMs: 700,
    longestMs: 1_500,
    types: TYPES,
    targets,
  }).flatMap(moderate);
}

/** Fits a fault into some seconds, which are hours elsewhere. */
function moderate(scheduled: ScheduledFault): readonly ScheduledFault[] {
  const { target, atMs, lastsMs } = scheduled;
  const fault = shorter(scheduled.fault, target);
  if (!isStall(fault)) return [{ ...scheduled, fault }];
  // No one has to find out that nothing will come any more: the connection is
  // reset a while later, as by a proxy with a limit for idle connections. Only
  // open watches stall, so that none can after its reset, however late timers
  // are on a busy machine.
  const watches = { ...target, verb: "watch" as const };
  const endMs = atMs + 1_000 + Math.min(lastsMs, 1_500);
  const reset: Fault = { type: "reset", afterBytes: 0 };
  return [
    { atMs, lastsMs: 0, target: watches, fault },
    { atMs: endMs, lastsMs: 0, target: watches, fault: reset },
  ];
}

function isStall(fault: Fault): boolean {
  return fault.type === "stall" ||
    (fault.type === "cutCharacter" && fault.then === "stall");
}

function shorter(fault: Fault, { verb }: FaultTarget): Fault {
  switch (fault.type) {
    case "slow":
      return { ...fault, delayMs: fault.delayMs / 20 };
    case "status":
      return statusFault(fault, verb === "watch");
    case "errorEvent":
      return { ...fault, status: errorCode(Number(fault.status)) };
    case "laggingReplica":
      return { ...fault, catchUpMs: fault.catchUpMs / 30 };
    case "trickle":
      return {
        type: "trickle",
        chunkBytes: 20 + fault.chunkBytes,
        intervalMs: Math.min(100, fault.intervalMs),
        bytes: 500,
      };
    default:
      return fault;
  }
}

/** Refusals for lack of permission are not what this is about. */
function statusFault(
  fault: Extract<Fault, { type: "status" }>,
  isWatch: boolean,
): Fault {
  const { code } = fault;
  if (code === 410 && !isWatch) return { type: "status", code: 500 };
  if (code < 410) return { type: "status", code: 503 };
  return fault.retryAfter === undefined ? fault : { ...fault, retryAfter: 1 };
}

function errorCode(code: number): number {
  return [410, 429, 500, 503, 504].includes(code) ? code : 500;
}

/**
 * Draws when the peer starts: half of them in the middle of it.
 *
 * @param seed The seed.
 * @returns Milliseconds from the start of the faults.
 */
export function startMsOf(seed: number): number {
  const random = new SeededRandom(seed ^ 0x57a27);
  return random.pick([0, 500 + random.upTo(2_500)]);
}

/**
 * Draws the changes of a seed.
 *
 * @param seed The seed.
 * @returns The changes, in order of time, without the creation of the last
 *   object.
 */
export function changesOf(seed: number): readonly PlannedChange[] {
  const random = new SeededRandom(seed ^ 0x5eed);
  const changes: PlannedChange[] = [];
  for (let atMs = 100; atMs < LAST_CHANGE_MS - 500;) {
    changes.push({
      atMs,
      name: random.pick(NAMES),
      deletes: random.chance(0.25),
      text: "aé✓🎈".repeat(random.upTo(40)),
    });
    // In bursts, and with pauses.
    atMs += random.chance(0.3) ? 0 : 50 + random.upTo(400);
  }
  return changes;
}
