/**
 * What a replica has seen of the Leases of a sharing, and since when it has
 * seen each of them unchanged: only that tells whether a Lease has run out.
 *
 * @module
 */

import type { Lease } from "./_lease.ts";

/** A Lease, and since when it has been seen as it is. */
interface SeenLease {
  readonly lease: Lease;
  readonly seenAt: number;
  /** Whether it has been deleted, which its holder may not know yet. */
  readonly isDeleted: boolean;
}

/** The Leases of a sharing. */
export class LeaseView {
  readonly #seen = new Map<string, SeenLease>();

  /**
   * Notes a Lease. Only a change of its record counts as a renewal.
   *
   * @param lease The Lease.
   * @param now The present time.
   */
  observe(lease: Lease, now: number): void {
    const known = this.#seen.get(lease.name);
    const isSame = known?.lease.record === lease.record;
    this.#seen.set(lease.name, {
      lease,
      seenAt: isSame && known !== undefined ? known.seenAt : now,
      isDeleted: false,
    });
  }

  /**
   * Notes that a Lease does not exist any more. Whoever held that of a shard
   * finds out at its next renewal, and may work until then: it counts as held
   * as if it had been renewed just before.
   *
   * @param name Its name.
   * @param now The present time.
   */
  forget(name: string, now: number): void {
    const seen = this.#seen.get(name);
    if (seen?.lease.role === "shard" && now < endOf(seen)) {
      this.#seen.set(name, { ...seen, seenAt: now, isDeleted: true });
    } else {
      this.#seen.delete(name);
    }
  }

  /**
   * Finds a Lease.
   *
   * @param name Its name.
   * @returns It; undefined if there is none.
   */
  get(name: string): Lease | undefined {
    const seen = this.#seen.get(name);
    return seen?.isDeleted ? undefined : seen?.lease;
  }

  /**
   * Who holds a Lease that has not run out.
   *
   * @param name Its name.
   * @param now The present time.
   * @returns The holder; undefined if anyone may acquire it.
   */
  holder(name: string, now: number): string | undefined {
    const seen = this.#seen.get(name);
    return seen !== undefined && now < endOf(seen)
      ? seen.lease.holder
      : undefined;
  }

  /**
   * The Leases that are held.
   *
   * @param now The present time.
   * @returns Those that have not run out.
   */
  *held(now: number): Generator<Lease> {
    for (const seen of this.#seen.values()) {
      if (now < endOf(seen)) yield seen.lease;
    }
  }

  /**
   * The Leases that ran out long ago.
   *
   * @param now The present time.
   * @param afterMs How long ago.
   * @returns Those of them.
   */
  *abandoned(now: number, afterMs: number): Generator<Lease> {
    for (const seen of this.#seen.values()) {
      if (seen.isDeleted) continue;
      if (now >= Math.max(seen.seenAt, endOf(seen)) + afterMs) yield seen.lease;
    }
  }

  /**
   * When the next Lease runs out.
   *
   * @param now The present time.
   * @returns The time; `Infinity` if none is held.
   */
  nextEnd(now: number): number {
    let next = Infinity;
    for (const seen of this.#seen.values()) {
      const end = endOf(seen);
      if (end > now) next = Math.min(next, end);
    }
    return next;
  }
}

function endOf({ lease, seenAt }: SeenLease): number {
  return lease.holder === "" ? -Infinity : seenAt + lease.durationMs;
}
