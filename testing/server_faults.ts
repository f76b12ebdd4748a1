/**
 * How tests let things go wrong at a fake server.
 *
 * @module
 */

import type {
  Fault,
  FaultTarget,
  RandomFaultOptions,
  ScheduledFault,
  UsedFault,
} from "./faults.ts";

/** Options for {@linkcode ServerFaults.next}. */
export interface NextFaultOptions {
  /**
   * The number of requests that it befalls; may be `Infinity`.
   *
   * @default {1}
   */
  count?: number | undefined;
}

/**
 * The faults of a {@linkcode FakeApiServer}: scripted one by one, or by a
 * schedule that is drawn from a seed.
 *
 * - A fault is plain data ({@linkcode Fault}), and takes effect in-process and
 *   over HTTP alike.
 * - {@linkcode ServerFaults.next} befalls the next requests that match,
 *   {@linkcode ServerFaults.now} the watches that are open, and
 *   {@linkcode ServerFaults.schedule} both, at given times.
 * - {@linkcode ServerFaults.used} says which fault befell what, and when.
 *
 * @example A list that breaks off, then a server that is busy
 * ```ts
 * import { FakeApiServer } from "@watchtools/kube/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using server = new FakeApiServer();
 * const pods = { verb: "list", resource: "pods" } as const;
 * server.faults.next(pods, { type: "reset", afterBytes: 10 });
 * server.faults.next(pods, { type: "status", code: 429, retryAfter: 2 });
 *
 * const broken = await server.fetch("http://fake/api/v1/pods");
 * await assertRejects(() => broken.text(), TypeError);
 * const busy = await server.fetch("http://fake/api/v1/pods");
 * assertEquals([busy.status, busy.headers.get("retry-after")], [429, "2"]);
 * await busy.body?.cancel();
 * assertEquals(server.faults.used.map(({ fault }) => fault.type), [
 *   "reset",
 *   "status",
 * ]);
 * ```
 */
export interface ServerFaults {
  /** The faults that have been used so far, oldest first. */
  readonly used: readonly UsedFault[];

  /**
   * Lets a fault befall the next requests, after those for which another one
   * has been scripted. A fault that says nothing about a request (an ERROR
   * event about a list, an expired `continue` about one without) waits for
   * another.
   *
   * @param target Which requests.
   * @param fault The fault.
   * @param options How many requests.
   * @throws {RangeError} If `count` is negative or NaN.
   */
  next(target: FaultTarget, fault: Fault, options?: NextFaultOptions): void;

  /**
   * Lets a fault befall the watches that are open, or the server. A fault that
   * only requests can have has no effect.
   *
   * @param fault The fault.
   * @param target Which watches; all of them by default.
   */
  now(fault: Fault, target?: FaultTarget): void;

  /**
   * Lets faults happen at given times from now on, those of several schedules
   * side by side. They end when the server is disposed.
   *
   * @param faults The faults, or the seed and options to draw them by.
   * @returns The faults.
   * @throws {RangeError} If the options leave nothing to choose from, or a time
   *   is negative or NaN.
   *
   * @example An hour of faults, drawn from a seed
   * ```ts
   * import { FakeApiServer } from "@watchtools/kube/testing";
   * import { assert } from "@std/assert";
   *
   * await using server = new FakeApiServer();
   * const faults = server.faults.schedule({
   *   seed: 1,
   *   durationMs: 3_600_000,
   *   types: ["refuse", "reset", "status"],
   * });
   * assert(faults.length > 10);
   * ```
   */
  schedule(
    faults: readonly ScheduledFault[] | RandomFaultOptions,
  ): readonly ScheduledFault[];

  /**
   * Forgets all faults that have not been used, and sets the clock right. What
   * has befallen open watches stays.
   */
  clear(): void;
}
