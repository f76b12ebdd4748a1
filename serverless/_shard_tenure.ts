/**
 * One shard while it is held here: its Lease, and the work on it. The Lease is
 * released only once no handler runs any more, and the work ends as soon as the
 * Lease is lost.
 *
 * @module
 */

import { Backoff, ResetTimerBackoff } from "../internal/backoff.ts";
import type {
  ChangeEvent,
  KubernetesObject,
  ListerWatcher,
} from "../api/types.ts";
import type { Indexer } from "../cache/store.ts";
import { IndexerInformerWatcher } from "../watch/indexer_informer_watcher.ts";
import type { InformerOptions } from "../watch/indexer_informer_watcher.ts";
import type { HeldLease } from "./_held_lease.ts";
import { type LeaseClock, pauseOn } from "./_lease_clock.ts";
import type { CheckpointStore } from "./checkpoint.ts";
import type { HeldShard } from "./held_shard.ts";
import { resumeWatch, type ResumeWatchOptions } from "./resume_watch.ts";
import { type Shard, shardOf } from "./shard_of.ts";
import { type ShardEnd, ShardLostError } from "./shared_watch_errors.ts";

/** How a shard is worked on. */
export interface ShardWork<T extends KubernetesObject> {
  /** Lists and watches the whole resource. */
  readonly source: ListerWatcher<T>;
  /** The caller's handler. */
  readonly handler: (
    event: ChangeEvent<T>,
    shard: HeldShard<T>,
  ) => void | Promise<void>;
  /** Keeps a checkpoint for each shard; without, an informer is run. */
  readonly checkpoints: ((shard: Shard) => CheckpointStore) | undefined;
  /** Options for `resumeWatch`. */
  readonly resume: Omit<ResumeWatchOptions, "signal" | "budgetMs">;
  /** Options for the informer. */
  readonly informer: Omit<InformerOptions<T>, "signal">;
  /** Measures time. */
  readonly clock: LeaseClock;
  /** The first pause after a failure. */
  readonly minPauseMs: number;
  /** Called with each failure. */
  readonly onError: (error: unknown) => void;
}

const LONGEST_PAUSE_MS = 30_000;

/** After so long without a failure, the pauses are short again. */
const HEALTHY_MS = 120_000;

/** A shard while it is held. */
export class ShardTenure<T extends KubernetesObject> {
  /** The number of the shard. */
  readonly index: number;
  /** Aborted when the work has to end. */
  readonly signal: AbortSignal;
  /** What the handler sees of it. */
  readonly #shard: HeldShard<T>;
  readonly #work: ShardWork<T>;
  readonly #abort = new AbortController();
  /** Handlers that are running. */
  readonly #running = new Set<Promise<void>>();
  #lease: HeldLease | undefined;
  #indexer: Indexer<T> | undefined;

  /**
   * Creates a tenure that has not begun.
   *
   * @param shard Which shard.
   * @param work How it is worked on.
   */
  constructor({ index, count }: Shard, work: ShardWork<T>) {
    this.index = index;
    this.#work = work;
    this.signal = this.#abort.signal;
    const leaseTransitions = () => this.#lease?.lease.transitions ?? 0;
    const indexer = () => this.#indexer;
    this.#shard = {
      index,
      count,
      signal: this.signal,
      get leaseTransitions() {
        return leaseTransitions();
      },
      get indexer() {
        return indexer();
      },
      isHeld: () => this.isHeld(),
    };
  }

  /** The Lease; undefined before it has begun. */
  get lease(): HeldLease | undefined {
    return this.#lease;
  }

  /** Whether it is held at this very moment. */
  isHeld(): boolean {
    return (this.#lease?.isHeld() ?? false) && !this.signal.aborted;
  }

  /**
   * Ends the work.
   *
   * @param why Why.
   */
  end(why: ShardEnd): void {
    if (this.signal.aborted) return;
    this.#abort.abort(new ShardLostError(this.index, why));
  }

  /**
   * Works on the shard until the work is ended, and no handler runs any more.
   *
   * @param lease Its Lease.
   */
  async run(lease: HeldLease): Promise<void> {
    this.#lease = lease;
    const { clock, minPauseMs, onError } = this.#work;
    const backoff = new ResetTimerBackoff(
      new Backoff({ minMs: minPauseMs, maxMs: LONGEST_PAUSE_MS }),
      HEALTHY_MS,
    );
    while (this.isHeld()) {
      try {
        await this.#runOnce();
      } catch (error) {
        if (!this.signal.aborted) onError(error);
      }
      if (this.isHeld()) await pauseOn(clock, backoff.next(), this.signal);
    }
    await Promise.allSettled(this.#running);
  }

  async #runOnce(): Promise<void> {
    const { source, checkpoints } = this.#work;
    const { index, count } = this.#shard;
    const share = shardOf(source, { index, count });
    if (checkpoints === undefined) await this.#inform(share);
    else await this.#resume(share, checkpoints({ index, count }));
  }

  async #resume(
    share: ListerWatcher<T>,
    checkpoints: CheckpointStore,
  ): Promise<void> {
    const { signal } = this;
    await resumeWatch<T>(share, checkpoints, (event) => {
      // The process may have been stopped since the event was read. resumeWatch
      // takes a failure after its signal was aborted for an event unhandled.
      if (!this.isHeld()) signal.throwIfAborted();
      return this.#call(event);
    }, { ...this.#work.resume, signal });
  }

  async #inform(share: ListerWatcher<T>): Promise<void> {
    const { signal } = this;
    await using informer = new IndexerInformerWatcher<T>(share, {
      onWatchError: this.#work.onError,
      ...this.#work.informer,
      signal,
    });
    this.#indexer = informer.indexer;
    for await (const event of informer) {
      if (!this.isHeld()) return;
      try {
        await this.#call(event);
      } catch (error) {
        if (!signal.aborted) this.#work.onError(error);
      }
    }
  }

  #call(event: ChangeEvent<T>): void | Promise<void> {
    const result = this.#work.handler(event, this.#shard);
    if (result === undefined) return;
    const running = Promise.resolve(result);
    this.#running.add(running);
    const ended = () => void this.#running.delete(running);
    running.then(ended, ended);
    return running;
  }
}
