/**
 * One Lease while it is held: renewed by the rules of client-go, and given up
 * when that has not worked for too long.
 *
 * It differs from client-go in one point: the deadline counts from the moment
 * at which the last successful renewal was *sent*, not from when its answer was
 * there or the next one was due. The server has seen the renewal after that
 * moment, and every other replica later still. So the holder has always given
 * up before anyone else may acquire the Lease, as long as no clock runs faster
 * than another by more than `leaseDurationMs / renewDeadlineMs`.
 *
 * @module
 */

import { honoredRetryAfterMs } from "../internal/backoff.ts";
import type { Timer } from "../internal/timer.ts";
import { StatusError } from "../api/status_error.ts";
import { isConflict, isNotFound } from "../api/status_predicates.ts";
import {
  claimed,
  type Lease,
  type LeaseClaim,
  type LeaseTimings,
  released,
} from "./_lease.ts";
import type { LeaseClient } from "./_lease_client.ts";
import {
  type LeaseClock,
  type Moment,
  momentOf,
  mostTimeSince,
  pauseOn,
} from "./_lease_clock.ts";

/** Why a Lease is not held any more. */
export type LeaseEnd = "deadline" | "taken" | "deleted" | "released";

/** What a held Lease needs. */
export interface HeldLeaseParts {
  /** Writes it. */
  readonly client: LeaseClient;
  /** Measures time. */
  readonly clock: LeaseClock;
  /** How long it is held. */
  readonly timings: LeaseTimings;
  /** Who holds it. */
  readonly identity: string;
  /** What is shared. */
  readonly layout: string;
  /** Called when a renewal fails. */
  readonly onError: (error: unknown) => void;
  /** Called when it is not held any more, in the same step. */
  readonly onEnd: (why: LeaseEnd) => void;
}

/** A Lease that is held. */
export class HeldLease {
  readonly #parts: HeldLeaseParts;
  readonly #end = new AbortController();
  #lease: Lease;
  /** When the last successful renewal was sent. */
  #renewedAt: Moment;
  #deadline: Timer | undefined;

  /**
   * Begins to renew a Lease that has been acquired.
   *
   * @param lease The Lease.
   * @param sentAt When the request that acquired it was sent.
   * @param parts What it needs.
   */
  constructor(lease: Lease, sentAt: Moment, parts: HeldLeaseParts) {
    this.#parts = parts;
    this.#lease = lease;
    this.#renewedAt = sentAt;
    this.#startDeadline();
    this.#keep();
  }

  /** The Lease as it was written last. */
  get lease(): Lease {
    return this.#lease;
  }

  /** Whether it is held at this very moment. */
  isHeld(): boolean {
    if (!this.#end.signal.aborted && this.#leftMs <= 0) this.#stop("deadline");
    return !this.#end.signal.aborted;
  }

  /**
   * Gives it up, so that another can acquire it at once. What it guards must be
   * over.
   *
   * @param how Whether the Lease is written without a holder, or deleted.
   * @throws What the request fails with. It then runs out.
   */
  async release(how: "write" | "delete" = "write"): Promise<void> {
    if (!this.isHeld()) return;
    this.#stop("released");
    const { client, clock, timings } = this.#parts;
    const limit = new AbortController();
    const timer = clock.startTimer(
      () => limit.abort(new DOMException("It took too long", "TimeoutError")),
      timings.renewDeadlineMs,
    );
    try {
      await this.#withNewest<unknown>(
        (lease) =>
          how === "delete"
            ? client.delete(lease, limit.signal)
            : client.replace(released(lease, clock.wallTime()), limit.signal),
        limit.signal,
      );
    } catch (error) {
      // It is someone else's, or no one's, already.
      const isGone = error instanceof Taken || isConflict(error) ||
        isNotFound(error);
      if (!isGone) throw error;
    } finally {
      timer.clear();
    }
  }

  /** Does not renew it any more. It runs out. */
  abandon(): void {
    this.#stop("released");
  }

  get #leftMs(): number {
    const { clock, timings } = this.#parts;
    return timings.renewDeadlineMs - mostTimeSince(this.#renewedAt, clock);
  }

  get #claim(): LeaseClaim {
    const { identity, layout, timings, clock } = this.#parts;
    const { leaseDurationMs } = timings;
    return { identity, layout, leaseDurationMs, wallTime: clock.wallTime() };
  }

  #startDeadline(): void {
    this.#deadline?.clear();
    this.#deadline = this.#parts.clock.startTimer(() => {
      // Timers may fire a little early.
      if (this.isHeld()) this.#startDeadline();
    }, Math.max(1, this.#leftMs));
  }

  async #keep(): Promise<void> {
    const { clock, timings, onError } = this.#parts;
    const { signal } = this.#end;
    let delayMs = timings.retryPeriodMs;
    while (!signal.aborted) {
      await pauseOn(clock, delayMs, signal);
      delayMs = timings.retryPeriodMs;
      if (!this.isHeld()) return;
      try {
        await this.#renew();
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
        delayMs = Math.max(delayMs, retryAfterMs(error));
      }
    }
  }

  async #renew(): Promise<void> {
    const { client, clock, identity } = this.#parts;
    const { signal } = this.#end;
    let sentAt = momentOf(clock);
    try {
      const renewed = await this.#withNewest((lease): Promise<Lease> => {
        if (lease.holder !== identity) throw new Taken();
        sentAt = momentOf(clock);
        return client.replace(claimed(lease, this.#claim), signal);
      }, signal);
      if (signal.aborted) return;
      this.#lease = renewed;
      this.#renewedAt = sentAt;
      this.#startDeadline();
    } catch (error) {
      if (error instanceof Taken) this.#stop("taken");
      else if (isNotFound(error)) this.#stop("deleted");
      else throw error;
    }
  }

  /** Writes the Lease as it was last known, or else as it is now. */
  async #withNewest<V>(
    write: (lease: Lease) => Promise<V>,
    signal: AbortSignal,
  ): Promise<V> {
    try {
      return await write(this.#lease);
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
    // A write without an answer may have been one all the same.
    const { client, identity } = this.#parts;
    const newest = await client.read(this.#lease.name, signal);
    if (newest.holder !== identity) throw new Taken();
    this.#lease = newest;
    return await write(newest);
  }

  #stop(why: LeaseEnd): void {
    if (this.#end.signal.aborted) return;
    this.#deadline?.clear();
    this.#end.abort();
    this.#parts.onEnd(why);
  }
}

/** Another replica holds the Lease. */
class Taken extends Error {}

/**
 * How long a server asks to wait.
 *
 * @param error What a request has failed with.
 * @returns Milliseconds; 0 if it does not say.
 */
export function retryAfterMs(error: unknown): number {
  return error instanceof StatusError
    ? honoredRetryAfterMs(error.retryAfterMs)
    : 0;
}
