/**
 * A replica of a shared watch: an informer on the Leases shows who holds what,
 * and every change of that is answered by what `_fair_shares.ts` decides.
 *
 * @module
 */

import { ignore } from "../internal/abort.ts";
import type { Timer } from "../internal/timer.ts";
import type { KubernetesObject } from "../api/types.ts";
import { isConflict, isNotFound } from "../api/status_predicates.ts";
import { IndexerInformerWatcher } from "../watch/indexer_informer_watcher.ts";
import { movesOf } from "./_fair_shares.ts";
import { isAlreadyExists } from "./_already_exists.ts";
import { HeldLease, retryAfterMs } from "./_held_lease.ts";
import {
  claimed,
  jitteredRetryMs,
  type Lease,
  type LeaseTimings,
  ownLease,
  readLease,
} from "./_lease.ts";
import type { LeaseClient } from "./_lease_client.ts";
import { type LeaseClock, momentOf } from "./_lease_clock.ts";
import { LeaseView } from "./_lease_view.ts";
import { Membership } from "./_membership.ts";
import { ShardTenure, type ShardWork } from "./_shard_tenure.ts";

/** What a replica needs. */
export interface ReplicaParts<T extends KubernetesObject> {
  /** Reads and writes the Leases. */
  readonly client: LeaseClient;
  /** Measures time. */
  readonly clock: LeaseClock;
  /** How long Leases are held. */
  readonly timings: LeaseTimings;
  /** The name of the sharing. */
  readonly sharing: string;
  /** The replica. */
  readonly identity: string;
  /** What is shared, and in how many shards. */
  readonly layout: string;
  /** How many shards there are. */
  readonly shards: number;
  /** How a shard is worked on. */
  readonly work: Omit<ShardWork<T>, "onError">;
  /** Called with each failure, and the shard that it is about. */
  readonly onError: (error: unknown, shard: number | undefined) => void;
  /** Called when the shards that are held have changed. */
  readonly onChange: () => void;
}

/** A replica of a shared watch. */
export class Replica<T extends KubernetesObject> {
  readonly #parts: ReplicaParts<T>;
  readonly #view = new LeaseView();
  readonly #informer: IndexerInformerWatcher;
  readonly #membership: Membership;
  readonly #tenures = new Map<number, ShardTenure<T>>();
  /** Acquisitions and tenures that are not over. */
  readonly #active = new Set<Promise<void>>();
  readonly #acquiring = new Set<number>();
  /** When a shard may be tried again. */
  readonly #notBefore = new Map<number, number>();
  /** Leases that it has tried to delete, once. */
  readonly #cleaned = new Set<string>();
  readonly #ended: Promise<void>;
  #isSynced = false;
  #isStopping = false;
  #timer: Timer | undefined;

  /**
   * Begins.
   *
   * @param parts What it needs.
   */
  constructor(parts: ReplicaParts<T>) {
    this.#parts = parts;
    const { client, timings } = parts;
    const onError = (error: unknown) => parts.onError(error, undefined);
    this.#informer = new IndexerInformerWatcher(client.listerWatcher, {
      // Its own renewals come back: silence is a connection that has died.
      idleTimeoutMs: timings.renewDeadlineMs,
      minBackoffMs: Math.min(800, timings.retryPeriodMs),
      maxBackoffMs: timings.retryPeriodMs,
      onWatchError: onError,
      // Has each Lease parsed where what is not JSON is followed by a list, and
      // not where it is read.
      transform: (lease) => lease,
    });
    this.#membership = new Membership({
      ...parts,
      view: this.#view,
      onChange: () => this.#decide(),
      onError,
    });
    this.#ended = this.#follow();
    this.#informer.controller.synced.then((isSynced) => {
      if (isSynced) this.#synced();
    });
  }

  /** The shards that are held at this very moment. */
  get held(): number[] {
    return [...this.#tenures.values()].filter((tenure) => tenure.isHeld())
      .map(({ index }) => index).sort((a, b) => a - b);
  }

  /** Gives everything up. Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    if (!this.#isStopping) {
      this.#isStopping = true;
      this.#timer?.clear();
      for (const tenure of this.#tenures.values()) tenure.end("stopped");
    }
    await this.#membership.leave();
    while (this.#active.size > 0) await Promise.all(this.#active);
    this.#informer.stop();
    await this.#ended;
    await this.#informer.done;
  }

  /** The events of the first list may be read later than it is complete. */
  #synced(): void {
    const now = this.#parts.clock.now();
    for (const object of this.#informer.indexer.list()) {
      const lease = readLease(object);
      if (lease !== undefined) this.#view.observe(lease, now);
    }
    this.#isSynced = true;
    this.#decide();
  }

  async #follow(): Promise<void> {
    const { clock } = this.#parts;
    for await (const { type, object } of this.#informer) {
      const lease = readLease(object);
      if (lease === undefined) continue;
      if (type === "DELETED") this.#view.forget(lease.name, clock.now());
      else this.#view.observe(lease, clock.now());
      this.#membership.seen();
      this.#decide();
    }
  }

  /** Acquires and gives up what is to be, by what has been seen. */
  #decide(): void {
    this.#timer?.clear();
    if (this.#isStopping) return;
    const { clock } = this.#parts;
    const now = clock.now();
    if (this.#membership.isOutvoted) {
      for (const tenure of this.#tenures.values()) tenure.end("moved");
    } else if (this.#isReady()) {
      this.#move(now);
      this.#cleanUp(now);
    }
    let next = this.#view.nextEnd(now);
    for (const at of this.#notBefore.values()) {
      if (at > now) next = Math.min(next, at);
    }
    this.#timer = clock.startTimer(() => this.#decide(), next - now + 1);
  }

  #isReady(): boolean {
    return this.#isSynced && this.#membership.isMember();
  }

  #move(now: number): void {
    const { identity, shards } = this.#parts;
    const holders = Array.from(
      { length: shards },
      (_, index) => this.#holderOf(index, now),
    );
    const { acquire, surplus } = movesOf({
      identity,
      replicas: this.#replicas(now),
      holders,
    });
    for (const index of acquire) {
      const isBusy = this.#acquiring.has(index) || this.#tenures.has(index) ||
        (this.#notBefore.get(index) ?? 0) > now;
      if (!isBusy) this.#track(this.#acquire(index));
    }
    const leaving = [...this.#tenures.values()].reverse();
    // Those that end already count as held until their Leases are released.
    const ending = leaving.filter(({ signal }) => signal.aborted).length;
    for (
      const tenure of leaving.filter(({ signal }) => !signal.aborted)
        .slice(0, Math.max(0, surplus - ending))
    ) tenure.end("moved");
  }

  /** Undefined where it is free. */
  #holderOf(index: number, now: number): string | undefined {
    const { identity } = this.#parts;
    if (this.#tenures.has(index)) return identity;
    const holder = this.#view.holder(this.#nameOf(index), now);
    // Its answer was lost, or its deadline has passed: it can be renewed.
    return holder === identity ? undefined : holder;
  }

  /** The replicas that are alive. */
  *#replicas(now: number): Generator<string> {
    const { layout } = this.#parts;
    for (const lease of this.#view.held(now)) {
      if (lease.role === "replica" && lease.layout === layout) {
        yield lease.holder;
      }
    }
  }

  #nameOf(index: number): string {
    return `${this.#parts.sharing}-${index}`;
  }

  #track(work: Promise<void>): void {
    const active = work.finally(() => this.#active.delete(active));
    this.#active.add(active);
  }

  async #acquire(index: number): Promise<void> {
    const { clock, timings, onError } = this.#parts;
    this.#acquiring.add(index);
    try {
      const sentAt = momentOf(clock);
      const lease = await this.#claim(index);
      this.#notBefore.delete(index);
      this.#view.observe(lease, clock.now());
      this.#begin(index, lease, sentAt);
    } catch (error) {
      const isRace = isConflict(error) || isAlreadyExists(error) ||
        isNotFound(error);
      if (!isRace) onError(error, index);
      const waitMs = Math.max(
        jitteredRetryMs(timings.retryPeriodMs),
        retryAfterMs(error),
      );
      this.#notBefore.set(index, clock.now() + waitMs);
      if (isRace) await this.#lookAgain(index);
    } finally {
      this.#acquiring.delete(index);
      this.#decide();
    }
  }

  async #claim(index: number): Promise<Lease> {
    const { client, clock, identity, layout, timings } = this.#parts;
    const { leaseDurationMs } = timings;
    const wallTime = clock.wallTime();
    const claim = { identity, layout, leaseDurationMs, wallTime };
    const known = this.#view.get(this.#nameOf(index));
    return known === undefined
      ? await client.create(
        { name: this.#nameOf(index), role: "shard" },
        claim,
      )
      : await client.replace(claimed(known, claim));
  }

  /** What was seen of a Lease was old. */
  async #lookAgain(index: number): Promise<void> {
    const { client, clock, sharing, onError } = this.#parts;
    const name = this.#nameOf(index);
    try {
      const lease = await client.read(name);
      this.#view.observe(ownLease(lease, sharing, "shard"), clock.now());
    } catch (error) {
      if (isNotFound(error)) this.#view.forget(name, clock.now());
      else onError(error, index);
    }
  }

  #begin(
    index: number,
    lease: Lease,
    sentAt: ReturnType<typeof momentOf>,
  ): void {
    const { shards, work, onError } = this.#parts;
    const tenure = new ShardTenure<T>({ index, count: shards }, {
      ...work,
      onError: (error) => onError(error, index),
    });
    const held = new HeldLease(lease, sentAt, {
      ...this.#parts,
      onError: (error) => onError(error, index),
      onEnd: (why) => tenure.end(why === "released" ? "stopped" : why),
    });
    this.#tenures.set(index, tenure);
    // Others may have agreed on another layout while the answer was under way.
    if (this.#isStopping) tenure.end("stopped");
    else if (!this.#membership.isMember()) tenure.end("moved");
    this.#track(this.#serve(tenure, held));
  }

  async #serve(tenure: ShardTenure<T>, lease: HeldLease): Promise<void> {
    const { onError, onChange } = this.#parts;
    const { index } = tenure;
    try {
      const work = tenure.run(lease);
      onChange();
      await aborted(tenure.signal);
      onChange();
      await this.#settled(work, tenure, lease);
      await lease.release();
    } catch (error) {
      onError(error, index);
    } finally {
      this.#tenures.delete(index);
      this.#decide();
    }
  }

  /** A handler that goes on must not keep a process from stopping. */
  async #settled(
    work: Promise<void>,
    { index }: ShardTenure<T>,
    lease: HeldLease,
  ): Promise<void> {
    const { clock, timings, onError } = this.#parts;
    for (;;) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const timer = clock.startTimer(
        () => resolve(false),
        timings.renewDeadlineMs,
      );
      const isOver = await Promise.race([work.then(() => true), promise]);
      timer.clear();
      if (isOver) return;
      onError(
        new Error(
          `The handler has not ended ${timings.renewDeadlineMs} ms after its signal was aborted: it has to end then`,
        ),
        index,
      );
      if (this.#isStopping) return lease.abandon();
    }
  }

  /** Deletes what dead replicas have left. */
  #cleanUp(now: number): void {
    const { client, timings, shards, sharing } = this.#parts;
    const own = new Set(
      Array.from({ length: shards }, (_, index) => this.#nameOf(index)),
    );
    for (
      const lease of this.#view.abandoned(now, timings.leaseDurationMs)
    ) {
      const { name, role } = lease;
      if (name === sharing || role === undefined || own.has(name)) continue;
      if (this.#cleaned.has(name)) continue;
      this.#cleaned.add(name);
      // Any replica may; if none can, it does no harm.
      client.delete(lease).catch(ignore);
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
