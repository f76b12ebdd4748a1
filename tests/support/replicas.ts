/**
 * Replicas of a shared watch in simulated processes: each has its own clock and
 * its own connection, and can be stopped, continued and killed.
 *
 * @module
 */

import { SharedReplica } from "../../serverless/_shared_replica.ts";
import { type LeaseClock, pauseOn } from "../../serverless/_lease_clock.ts";
import type {
  SharedWatch,
  SharedWatchFailure,
  SharedWatchHandler,
  SharedWatchOptions,
} from "../../serverless/mod.ts";
import { unlessAborted } from "../../internal/abort.ts";
import { startTimer } from "../../internal/timer.ts";
import { type FetchFunction, RestListerWatcher } from "../../watch/mod.ts";

const NEVER = new AbortController().signal;

/** How a process differs from others. */
export interface ProcessOptions {
  /** How fast its clock runs. @default {1} */
  rate?: number | undefined;
  /** What its clock shows at the beginning. @default {0} */
  startsAt?: number | undefined;
}

/** A process, which may stand still for some time, or for ever. */
export class SimulatedProcess {
  readonly #server: { readonly fetch: FetchFunction };
  readonly #rate: number;
  readonly #startsAt: number;
  readonly #bornAt = Date.now();
  #standing: PromiseWithResolvers<void> | undefined;
  #isDead = false;
  #network: PromiseWithResolvers<void> | undefined;

  /** Starts a process that talks to a server. */
  constructor(
    server: { readonly fetch: FetchFunction },
    options: ProcessOptions = {},
  ) {
    this.#server = server;
    this.#rate = options.rate ?? 1;
    this.#startsAt = options.startsAt ?? 0;
  }

  /** Whether it runs. */
  get isRunning(): boolean {
    return this.#standing === undefined;
  }

  /** Its clock, which goes on while the process stands still. */
  get clock(): LeaseClock {
    const since = () => (Date.now() - this.#bornAt) * this.#rate;
    return {
      now: since,
      wallTime: () => this.#bornAt + this.#startsAt + since(),
      startTimer: (callback, delayMs) => {
        let isCleared = false;
        const timer = startTimer(async () => {
          await this.continued();
          if (!isCleared) callback();
        }, delayMs / this.#rate);
        return {
          clear: () => {
            isCleared = true;
            timer.clear();
          },
        };
      },
    };
  }

  /** Sends a request once the process runs. */
  readonly fetch: FetchFunction = async (url, init) => {
    const signal = init.signal ?? undefined;
    await this.#connected(signal);
    const response = await this.#server.fetch(url, init);
    const delayMs = this.answersAfterMs(url, init);
    if (delayMs > 0) await pauseOn(this.clock, delayMs, signal ?? NEVER);
    await this.#connected(signal);
    return response;
  };

  /** How long the answer to a request is under way. */
  answersAfterMs: (url: string, init: RequestInit) => number = () => 0;

  /** From here on, no request arrives, and no answer. */
  disconnect(): void {
    this.#network ??= Promise.withResolvers();
  }

  /** Requests and answers arrive again. */
  reconnect(): void {
    this.#network?.resolve();
    this.#network = undefined;
  }

  /** SIGSTOP. */
  stop(): void {
    this.#standing ??= Promise.withResolvers();
  }

  /** SIGCONT. */
  continue(): void {
    if (this.#isDead) return;
    this.#standing?.resolve();
    this.#standing = undefined;
  }

  /** SIGKILL, which no one is told of. */
  kill(): void {
    this.stop();
    this.#isDead = true;
  }

  /** Waits until the process runs. */
  async continued(): Promise<void> {
    while (this.#standing !== undefined) await this.#standing.promise;
  }

  /** Waits by the clock of the process, or until a signal is aborted. */
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    await pauseOn(this.clock, ms, signal);
    await this.continued();
  }

  async #connected(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      const obstacle = this.#standing ?? this.#network;
      if (obstacle === undefined) return;
      await unlessAborted(obstacle.promise, signal ?? NEVER);
    }
  }

  /** Ends what a killed process has left in this one. */
  async bury(watch: SharedWatch): Promise<void> {
    this.#isDead = false;
    this.continue();
    this.reconnect();
    await watch[Symbol.asyncDispose]();
  }
}

/** Options for {@linkcode startReplica}. */
export interface ReplicaOptions extends
  Partial<
    Omit<SharedWatchOptions, "client">
  > {
  /** The process. */
  process: SimulatedProcess;
  /** What is shared. @default {"/api/v1/configmaps"} */
  path?: string | undefined;
}

/** A replica, and what it reports. */
export interface StartedReplica {
  /** The process that it runs in. */
  readonly process: SimulatedProcess;
  /** The replica. */
  readonly watch: SharedWatch;
  /** Its failures. */
  readonly failures: readonly SharedWatchFailure[];
}

/** Starts a replica in a process. */
export function startReplica(
  handler: SharedWatchHandler,
  options: ReplicaOptions,
): StartedReplica {
  const { process, path = "/api/v1/configmaps", ...given } = options;
  const client = {
    server: "https://kubernetes.default.svc",
    fetch: process.fetch,
  };
  const failures: SharedWatchFailure[] = [];
  const source = new RestListerWatcher({ ...client, path });
  const watch = new SharedReplica(source, handler, {
    name: "jobs/maps",
    shards: 4,
    onError: (failure) => failures.push(failure),
    ...given,
    client,
    clock: process.clock,
  });
  return { process, watch, failures };
}
