/**
 * Whether a replica may take part in a sharing.
 *
 * Each replica has a Lease of its own, its *presence*: from these the others
 * know how many they are. One Lease more, the *layout*, says what is shared and
 * in how many shards. Shards of different numbers overlap, so replicas that do
 * not agree must never work at the same time. That rests on one order:
 *
 * 1. A replica writes its presence, then reads the layout. It takes part only
 *    if that is its own, and as long as it has kept its presence.
 * 2. A replica with another layout writes its own only when it sees no presence
 *    and no held shard of another one. Then it lists all Leases, and waits until
 *    none of another layout is alive.
 *
 * If the first one has read the layout before the second one has written it,
 * its presence is in the list of the second one. So in a rolling update that
 * changes the number of shards, the new replicas wait for the last old one.
 *
 * @module
 */

import { isConflict, isNotFound } from "../api/status_predicates.ts";
import { isAlreadyExists } from "./_already_exists.ts";
import { HeldLease, type LeaseEnd } from "./_held_lease.ts";
import {
  jitteredRetryMs,
  type Lease,
  type LeaseClaim,
  type LeaseTimings,
  ownLease,
  withLayout,
} from "./_lease.ts";
import type { LeaseClient } from "./_lease_client.ts";
import { type LeaseClock, momentOf, pauseOn } from "./_lease_clock.ts";
import type { LeaseView } from "./_lease_view.ts";
import { SharingMismatchError } from "./shared_watch_errors.ts";

/** What a membership needs. */
export interface MembershipParts {
  /** Reads and writes the Leases. */
  readonly client: LeaseClient;
  /** Measures time. */
  readonly clock: LeaseClock;
  /** How long Leases are held. */
  readonly timings: LeaseTimings;
  /** What has been seen of the Leases. */
  readonly view: LeaseView;
  /** The name of the sharing. */
  readonly sharing: string;
  /** The replica. */
  readonly identity: string;
  /** What is shared, and in how many shards. */
  readonly layout: string;
  /** Called when it begins or ceases to take part. */
  readonly onChange: () => void;
  /** Called with each failure. */
  readonly onError: (error: unknown) => void;
}

/** The part of a replica in a sharing. */
export class Membership {
  readonly #parts: MembershipParts;
  readonly #leave = new AbortController();
  readonly #ended: Promise<void>;
  #presence: HeldLease | undefined;
  #isMember = false;
  /** Wakes what waits for others. */
  #wake = () => {};

  /**
   * Begins to take part.
   *
   * @param parts What it needs.
   */
  constructor(parts: MembershipParts) {
    this.#parts = parts;
    this.#ended = this.#run();
  }

  /** Whether shards may be acquired at this very moment. */
  isMember(): boolean {
    return this.#isMember && (this.#presence?.isHeld() ?? false);
  }

  /** Whether the replicas have agreed on another layout. */
  get isOutvoted(): boolean {
    const { view, layout, sharing } = this.#parts;
    return (view.get(sharing)?.layout ?? layout) !== layout;
  }

  /** Looks again, since what has been seen of the Leases has changed. */
  seen(): void {
    this.#wake();
  }

  /** Takes no part any more. */
  async leave(): Promise<void> {
    this.#leave.abort();
    this.#wake();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { clock, timings, onError } = this.#parts;
    const { signal } = this.#leave;
    while (!signal.aborted) {
      try {
        await this.#takePart();
      } catch (error) {
        if (!signal.aborted) onError(error);
      }
      await pauseOn(clock, jitteredRetryMs(timings.retryPeriodMs), signal);
    }
  }

  /** Ends when the presence is lost, or another layout holds. */
  async #takePart(): Promise<void> {
    if (this.isOutvoted && this.#othersAreAlive()) return;
    const presence = await this.#createPresence();
    try {
      if (!await this.#claimLayout()) return;
      await this.#waitForOthers(presence);
      while (this.#goesOn(presence)) {
        if (!this.#isMember) {
          this.#isMember = true;
          this.#parts.onChange();
        }
        await this.#change();
      }
    } finally {
      this.#isMember = false;
      this.#parts.onChange();
      await this.#delete(presence);
    }
  }

  async #createPresence(): Promise<HeldLease> {
    const { client, clock, sharing } = this.#parts;
    const { signal } = this.#leave;
    const name = `${sharing}-${crypto.randomUUID()}`;
    const sentAt = momentOf(clock);
    const target = { name, role: "replica" } as const;
    const lease = await client.create(target, this.#claim, signal);
    return this.#presence = new HeldLease(lease, sentAt, {
      ...this.#parts,
      onEnd: (why: LeaseEnd) => {
        if (why !== "released") this.#wake();
      },
    });
  }

  async #delete(presence: HeldLease): Promise<void> {
    try {
      await presence.release("delete");
    } catch (error) {
      this.#parts.onError(error);
    }
  }

  /** Returns whether the layout is this replica's. */
  async #claimLayout(): Promise<boolean> {
    const { client, view, layout, sharing, clock, onError } = this.#parts;
    const { signal } = this.#leave;
    const current = await this.#readLayout();
    view.observe(current, clock.now());
    if (current.layout === layout) return true;
    for (const lease of await client.list(signal)) {
      view.observe(lease, clock.now());
    }
    if (this.#othersAreAlive()) {
      onError(
        new SharingMismatchError(
          `Cannot take part in sharing ${sharing}: it is shared as ${current.layout}, not ${layout}; this replica waits until the last of the others has stopped`,
        ),
      );
      return false;
    }
    try {
      const adopted = await client.replace(withLayout(current, layout), signal);
      view.observe(adopted, clock.now());
      return true;
    } catch (error) {
      // Another replica was faster, perhaps with the same layout.
      if (!isConflict(error)) throw error;
      return (await this.#readLayout()).layout === layout;
    }
  }

  async #readLayout(): Promise<Lease> {
    const { client, sharing } = this.#parts;
    const { signal } = this.#leave;
    const target = { name: sharing, role: "layout" } as const;
    for (;;) {
      try {
        const lease = await client.read(sharing, signal);
        return ownLease(lease, sharing, "layout");
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
      try {
        return await client.create(target, this.#claim, signal);
      } catch (error) {
        // Another replica was faster.
        if (!isAlreadyExists(error)) throw error;
      }
    }
  }

  /** Waits until no one works by another layout. */
  async #waitForOthers(presence: HeldLease): Promise<void> {
    const { client, view, clock } = this.#parts;
    for (const lease of await client.list(this.#leave.signal)) {
      view.observe(lease, clock.now());
    }
    while (this.#goesOn(presence) && this.#othersAreAlive()) {
      await this.#change();
    }
  }

  #goesOn(presence: HeldLease): boolean {
    return !this.#leave.signal.aborted && presence.isHeld() &&
      !this.isOutvoted;
  }

  /** Waits until something is seen, or a Lease has run out. */
  async #change(): Promise<void> {
    const { view, clock } = this.#parts;
    const now = clock.now();
    const changed = new AbortController();
    this.#wake = () => changed.abort();
    await pauseOn(clock, view.nextEnd(now) - now + 1, changed.signal);
  }

  #othersAreAlive(): boolean {
    const { view, clock, layout } = this.#parts;
    for (const lease of view.held(clock.now())) {
      if (lease.layout !== layout) return true;
    }
    return false;
  }

  get #claim(): LeaseClaim {
    const { identity, layout, timings, clock } = this.#parts;
    const { leaseDurationMs } = timings;
    return { identity, layout, leaseDurationMs, wallTime: clock.wallTime() };
  }
}
