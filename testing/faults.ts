/**
 * The faults of servers, networks and clocks as plain data, and schedules of
 * them that are drawn from a seed.
 *
 * @module
 */

import type { Status } from "../api/types.ts";
import { SeededRandom } from "./_seeded_random.ts";

/**
 * Something that goes wrong.
 *
 * Faults of connections and answers befall a request:
 *
 * - `refuse`: there is no answer; `fetch` rejects.
 * - `noAnswer`: the request is accepted and never answered.
 * - `slow`: the answer, made when the request arrives, is sent `delayMs` later.
 * - `status`: the answer is a Status with that code, and a `Retry-After` header
 *   if `retryAfter` is given (in seconds, or as any text).
 * - `html`: the answer is an HTML page, as of a proxy or a login form.
 * - `contentType`: the answer is right, but its `content-type` is another one.
 *
 * Faults of bodies befall a request, or a watch that is already open. In a watch
 * that is open they count from the next byte:
 *
 * - `reset`: the connection breaks after `afterBytes` bytes.
 * - `end`: the body ends cleanly after `afterBytes` bytes, as nginx and Caddy
 *   end it when the server behind them dies.
 * - `stall`: nothing comes after `afterBytes` bytes, and nothing says so.
 * - `cutCharacter`: as these three, but within the first character of several
 *   bytes that comes after `afterBytes` bytes.
 * - `trickle`: `chunkBytes` bytes come each `intervalMs`, for the first `bytes`
 *   bytes (all of them by default).
 * - `errorEvent`: a watch delivers an ERROR event with a Status, and ends.
 *
 * Faults of the server:
 *
 * - `laggingReplica`: the request reaches a replica whose cache is `behind`
 *   versions behind, for `catchUpMs`. A list at version `"0"` shows its state, a
 *   list at a version that it has not reached is answered with 504, and a watch
 *   is silent until it has caught up. A list at the latest version is right.
 * - `expiredContinue`: all `continue` tokens expire.
 * - `compaction`: versions before the current one expire (410).
 * - `restoredBackup`: the server is restored from a backup that is `versions`
 *   versions old, as far as its history reaches back.
 * - `clockJump`: the wall clock of the process (`Date`) jumps by `byMs`. Timers
 *   are not affected, as when an administrator sets the clock.
 */
export type Fault =
  | { readonly type: "refuse" }
  | { readonly type: "noAnswer" }
  | { readonly type: "slow"; readonly delayMs: number }
  | {
    readonly type: "status";
    readonly code: number;
    readonly retryAfter?: number | string | undefined;
  }
  | { readonly type: "html"; readonly code: number }
  | { readonly type: "contentType"; readonly contentType: string }
  | { readonly type: "reset"; readonly afterBytes: number }
  | { readonly type: "end"; readonly afterBytes: number }
  | { readonly type: "stall"; readonly afterBytes: number }
  | {
    readonly type: "cutCharacter";
    readonly afterBytes: number;
    readonly then: "reset" | "end" | "stall";
  }
  | {
    readonly type: "trickle";
    readonly chunkBytes: number;
    readonly intervalMs: number;
    readonly bytes?: number | undefined;
  }
  | { readonly type: "errorEvent"; readonly status: number | Status }
  | {
    readonly type: "laggingReplica";
    readonly behind: number;
    readonly catchUpMs: number;
  }
  | { readonly type: "expiredContinue" }
  | { readonly type: "compaction" }
  | { readonly type: "restoredBackup"; readonly versions: number }
  | { readonly type: "clockJump"; readonly byMs: number };

/** The name of a kind of fault. */
export type FaultType = Fault["type"];

/** What a request does, in the words of Kubernetes' authorization. */
export type RequestVerb =
  | "get"
  | "list"
  | "watch"
  | "create"
  | "update"
  | "patch"
  | "delete"
  | "deletecollection";

/** Which requests and watches a fault befalls: all that match each member. */
export interface FaultTarget {
  /** What the request does. */
  readonly verb?: RequestVerb | undefined;
  /** The plural name of the resource, such as `"pods"`. */
  readonly resource?: string | undefined;
  /** The namespace. */
  readonly namespace?: string | undefined;
}

/** A fault with a time. */
export interface ScheduledFault {
  /** When it begins, in milliseconds from the start of the schedule. */
  readonly atMs: number;
  /**
   * How long it lasts, in milliseconds: it befalls the watches that are open
   * when it begins, and each request until then. Faults of the server that
   * befall no request happen once.
   */
  readonly lastsMs: number;
  /** What it befalls. */
  readonly target: FaultTarget;
  /** The fault. */
  readonly fault: Fault;
}

/** Options for {@linkcode randomFaults}. */
export interface RandomFaultOptions {
  /** The same seed and options give the same faults. */
  readonly seed: number;
  /** When the last fault has begun and ended, in milliseconds. */
  readonly durationMs: number;
  /**
   * The average time between the beginnings of two faults, in milliseconds.
   *
   * @default {60000}
   */
  readonly everyMs?: number | undefined;
  /**
   * The longest time that a fault lasts, in milliseconds.
   *
   * @default {120000}
   */
  readonly longestMs?: number | undefined;
  /**
   * The kinds of faults to choose from.
   *
   * @default {all}
   */
  readonly types?: readonly FaultType[] | undefined;
  /**
   * What the faults may befall: each is given one of these targets.
   *
   * @default {lists, watches, or everything}
   */
  readonly targets?: readonly FaultTarget[] | undefined;
}

/** A fault that has been used. */
export interface UsedFault {
  /** `Date.now()` when it was used. */
  readonly at: number;
  /** The fault. */
  readonly fault: Fault;
  /** The request that it befell; undefined if it befell the server. */
  readonly request?: {
    readonly verb: RequestVerb;
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    readonly headers: Headers;
  } | undefined;
}

const LISTS_OR_WATCHES: readonly FaultTarget[] = [
  { verb: "list" },
  { verb: "watch" },
  {},
];

const CUTS = ["reset", "end", "stall"] as const;

/** Draws the parameters of each kind of fault. */
const DRAW: Readonly<Record<FaultType, (random: SeededRandom) => Fault>> = {
  refuse: () => ({ type: "refuse" }),
  noAnswer: () => ({ type: "noAnswer" }),
  slow: (random) => ({ type: "slow", delayMs: random.upTo(30_000) }),
  status: drawStatus,
  html: (random) => ({ type: "html", code: random.pick([200, 502, 503]) }),
  contentType: (random) => ({
    type: "contentType",
    contentType: random.pick([
      "text/html",
      "text/plain; charset=utf-8",
      "application/vnd.kubernetes.protobuf",
      "application/octet-stream",
    ]),
  }),
  reset: (random) => ({ type: "reset", afterBytes: drawBytes(random) }),
  end: (random) => ({ type: "end", afterBytes: drawBytes(random) }),
  stall: (random) => ({ type: "stall", afterBytes: drawBytes(random) }),
  cutCharacter: (random) => ({
    type: "cutCharacter",
    afterBytes: drawBytes(random),
    then: random.pick(CUTS),
  }),
  trickle: (random) => ({
    type: "trickle",
    chunkBytes: 1 + random.upTo(200),
    intervalMs: 1 + random.upTo(500),
    bytes: 1 + random.upTo(4_000),
  }),
  errorEvent: (random) => ({
    type: "errorEvent",
    status: random.pick([400, 401, 403, 404, 410, 422, 429, 500, 503, 504]),
  }),
  laggingReplica: (random) => ({
    type: "laggingReplica",
    behind: 1 + random.upTo(20),
    catchUpMs: random.upTo(60_000),
  }),
  expiredContinue: () => ({ type: "expiredContinue" }),
  compaction: () => ({ type: "compaction" }),
  restoredBackup: (random) => ({
    type: "restoredBackup",
    versions: 1 + random.upTo(20),
  }),
  clockJump: (random) => ({
    type: "clockJump",
    byMs: random.pick([-1, 1]) * random.upTo(7_200_000),
  }),
};

/** All kinds of faults. */
export const FAULT_TYPES: readonly FaultType[] = Object.keys(DRAW).filter(
  isFaultType,
);

function isFaultType(text: string): text is FaultType {
  return Object.hasOwn(DRAW, text);
}

/** Some are within the first line, others after some events. */
function drawBytes(random: SeededRandom): number {
  return random.pick([0, random.upTo(300), random.upTo(3_000)]);
}

function drawStatus(random: SeededRandom): Fault {
  const code = random.pick([401, 403, 404, 410, 429, 429, 500, 502, 503, 504]);
  const asksToWait = (code === 429 || code >= 503) && random.chance(0.5);
  return {
    type: "status",
    code,
    ...(asksToWait ? { retryAfter: random.upTo(20) } : {}),
  };
}

/**
 * Draws faults at random times: gaps of random length, most faults shorter than
 * five seconds and some as long as they may.
 *
 * @param options The seed, and what to choose from.
 * @returns The faults, in order of time. They are plain data, which can be
 *   printed, shortened, and given to `server.faults.schedule()`.
 * @throws {RangeError} If there is nothing to choose from, or a time is
 *   negative or NaN.
 *
 * @example The same faults for the same seed
 * ```ts
 * import { randomFaults } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const options = { seed: 7, durationMs: 600_000 };
 * assertEquals(randomFaults(options), randomFaults(options));
 * ```
 */
export function randomFaults(
  options: RandomFaultOptions,
): readonly ScheduledFault[] {
  const {
    seed,
    durationMs,
    everyMs = 60_000,
    longestMs = 120_000,
    types = FAULT_TYPES,
    targets = LISTS_OR_WATCHES,
  } = options;
  checkDraw({ durationMs, everyMs, longestMs }, { types, targets });
  const random = new SeededRandom(seed);
  const faults: ScheduledFault[] = [];
  for (let atMs = 0;;) {
    atMs += Math.ceil(-Math.log(1 - random.next()) * everyMs);
    if (!(atMs < durationMs)) return faults;
    const most = random.pick([5_000, 5_000, longestMs / 4, longestMs]);
    const lastsMs = Math.min(random.upTo(most), durationMs - atMs);
    faults.push({
      atMs,
      lastsMs,
      target: random.pick(targets),
      fault: DRAW[random.pick(types)](random),
    });
  }
}

function checkDraw(
  times: Readonly<Record<string, number>>,
  choices: Readonly<Record<string, readonly unknown[]>>,
): void {
  for (const [name, value] of Object.entries(times)) {
    if (value > 0) continue;
    throw new RangeError(
      `Cannot draw faults with ${name} ${value}: it must be positive`,
    );
  }
  for (const [name, value] of Object.entries(choices)) {
    if (value.length > 0) continue;
    throw new RangeError(`Cannot draw faults: ${name} must not be empty`);
  }
}
