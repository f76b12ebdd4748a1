/**
 * Checks the options of a shared watch, and reports what goes wrong in it.
 *
 * @module
 */

import { callSafely, warn } from "../internal/console.ts";
import { errorText } from "../internal/error_text.ts";
import type { KubernetesObject, ListerWatcher } from "../api/types.ts";
import { checkInformerOptions } from "../watch/_informer_options.ts";
import { checkTimings, type LeaseTimings } from "./_lease.ts";
import { LeaseClient } from "./_lease_client.ts";
import type { LeaseClock } from "./_lease_clock.ts";
import {
  type NamespacedName,
  parseNamespacedName,
} from "./_namespaced_name.ts";
import { checkResumeOptions } from "./_resume_watch_options.ts";
import { Replica } from "./_shared_watch_run.ts";
import { shardOf } from "./shard_of.ts";
import type {
  SharedWatch,
  SharedWatchFailure,
  SharedWatchHandler,
  SharedWatchOptions,
} from "./shared_watch_options.ts";

/** Fits a label, and leaves room for the ends of the Leases' names. */
const NAME = /^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/;

const WARNING_INTERVAL_MS = 60_000;

/** Options of `sharedWatch`, and the clock. */
export interface SharedReplicaOptions<T extends KubernetesObject>
  extends SharedWatchOptions<T> {
  /** Measures time. */
  clock: LeaseClock;
}

/** What `sharedWatch` returns. */
export class SharedReplica<T extends KubernetesObject> implements SharedWatch {
  /** What the Leases that it holds say. */
  readonly identity: string;
  /** Resolves when it has stopped. */
  readonly done: Promise<void>;
  readonly #name: string;
  readonly #replica: Replica<T>;
  readonly #options: SharedWatchOptions<T>;
  /** The shards that `onShards` knows of. */
  #reported = "";
  readonly #warnedAt = new Map<string, number>();
  readonly #stopped = Promise.withResolvers<void>();
  readonly #onAbort = () => this.stop();

  /**
   * Begins.
   *
   * @param source Lists and watches the whole resource.
   * @param handler Called with each event, and the shard.
   * @param options Those of `sharedWatch`, and the clock.
   */
  constructor(
    source: ListerWatcher<T>,
    handler: SharedWatchHandler<T>,
    options: SharedReplicaOptions<T>,
  ) {
    const { clock, shards, signal } = options;
    const timings = timingsOf(options);
    const name = parseNamespacedName(options.name);
    if (!NAME.test(name.name)) {
      throw new TypeError(
        `Cannot use ${
          JSON.stringify(options.name)
        } as name: expected at most 63 lower case letters, digits, "-" and "."`,
      );
    }
    checkResumeOptions(options.resume ?? {});
    checkInformerOptions(options.informer ?? {});
    if (!Number.isSafeInteger(shards) || shards < 1) {
      throw new RangeError(
        `Cannot use ${shards} as shards: expected a positive integer`,
      );
    }
    const { resource } = shardOf(source, { index: 0, count: shards });
    this.#name = options.name;
    this.#options = options;
    this.identity = identityFrom(options.identity);
    this.done = this.#stopped.promise;
    this.#replica = new Replica<T>({
      client: leaseClientOf(options, timings, name),
      clock,
      timings,
      sharing: name.name,
      identity: this.identity,
      layout: `${resource.split("#")[0]} in ${shards} shards`,
      shards,
      work: {
        source,
        handler,
        checkpoints: options.checkpoints,
        resume: options.resume ?? {},
        informer: options.informer ?? {},
        clock,
        minPauseMs: timings.retryPeriodMs,
      },
      onError: (error, shard) => this.#report({ error, shard }),
      onChange: () => this.#changed(),
    });
    if (signal?.aborted) this.stop();
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** The shards that it holds at this very moment. */
  get shards(): readonly number[] {
    return this.#replica.held;
  }

  /** Stops. */
  stop(): void {
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#replica.stop().then(this.#stopped.resolve);
  }

  /** Stops, and waits until it has. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.done;
  }

  #changed(): void {
    const { shards } = this;
    const text = shards.join();
    if (text === this.#reported) return;
    this.#reported = text;
    callSafely("onShards", this.#options.onShards, shards);
  }

  #report(failure: SharedWatchFailure): void {
    const { onError } = this.#options;
    if (onError !== undefined) return callSafely("onError", onError, failure);
    const { error, shard } = failure;
    const where = shard === undefined ? "" : `, shard ${shard}`;
    const text = errorText(error);
    const now = Date.now();
    if (now - (this.#warnedAt.get(text) ?? -Infinity) < WARNING_INTERVAL_MS) {
      return;
    }
    // Texts that differ each time must not be kept for ever.
    if (this.#warnedAt.size > 100) this.#warnedAt.clear();
    this.#warnedAt.set(text, now);
    warn(`sharedWatch ${this.#name}${where}: ${text}`);
  }
}

function timingsOf<T extends KubernetesObject>(
  options: SharedWatchOptions<T>,
): LeaseTimings {
  const {
    leaseDurationMs = 15_000,
    renewDeadlineMs = 10_000,
    retryPeriodMs = 2_000,
  } = options;
  const timings = { leaseDurationMs, renewDeadlineMs, retryPeriodMs };
  checkTimings(timings);
  return timings;
}

/** As client-go's components do it: no two processes have the same one. */
function identityFrom(given: string | undefined): string {
  const unique = crypto.randomUUID();
  if (given === undefined) return unique;
  if (given !== "") return `${given}_${unique}`;
  throw new TypeError("Cannot use an empty identity: leave it out");
}

function leaseClientOf<T extends KubernetesObject>(
  { client }: SharedWatchOptions<T>,
  { renewDeadlineMs }: LeaseTimings,
  name: NamespacedName,
): LeaseClient {
  const { server, token, headers, fetch, requestTimeoutMs = Infinity } = client;
  return new LeaseClient({
    server,
    token,
    headers,
    fetch,
    // A request without an answer leaves time for another, as in client-go.
    requestTimeoutMs: Math.min(requestTimeoutMs, renewDeadlineMs / 2),
  }, name);
}
