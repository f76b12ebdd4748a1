/**
 * One process of a peer that consumes the events of some seeds at once, each in
 * a namespace of its own, from one fake server over HTTP.
 *
 * @module
 */

import { FakeApiServer } from "../../../testing/mod.ts";
import { Account, type Outcome } from "./_account.ts";
import type { PeerReport } from "./_messages.ts";
import type { Peer } from "./_peers.ts";
import { PeerProcess } from "./_peer_process.ts";
import { sleep } from "./_program.ts";
import {
  changesOf,
  faultsOf,
  FAULTY_MS,
  FIRST_NAMES,
  LAST_CHANGE_MS,
  LAST_NAME,
  NAMES,
  type PlannedChange,
  startMsOf,
} from "./_schedule.ts";

/** How long a peer may take to begin. */
const START_MS = 60_000;

/** How long a peer may take to report the last object: the longest backoff. */
export const SETTLE_MS = 40_000;

/** How long is waited for what comes late or again: longer than a resync. */
const LINGER_MS = 7_000;

/** What a run came to, of a seed. */
export interface SeedResult extends Outcome {
  /** The seed. */
  readonly seed: number;
  /** The requests sent while faults happened. */
  readonly requests: number;
}

/** What a process came to. */
export interface BatchResult {
  /** The seeds that have been run to the end. */
  readonly results: readonly SeedResult[];
  /** Whether the process has died; then there are no results. */
  readonly hasDied: boolean;
  /** The end of its standard error. */
  readonly errors: string;
}

/**
 * Gives the faults of some seeds to one process of a peer.
 *
 * @param peer The peer.
 * @param seeds The seeds.
 * @returns What came of it.
 */
export async function runBatch(
  peer: Peer,
  seeds: readonly number[],
): Promise<BatchResult> {
  await using server = new FakeApiServer({
    objects: [{
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "kube-system" },
    }],
  });
  const { url } = await server.listen();
  const runs = new Map(
    seeds.map((seed) => [seed, new Run(peer, seed, server)] as const),
  );
  let isReady = false;
  await using process = new PeerProcess(peer.command, (message) => {
    if (message.type === "ready") isReady = true;
    else runs.get(message.seed)?.reported(message);
  });
  const isOver = () => process.hasDied;
  const all = [...runs.values()];
  await until(() => isReady, START_MS, isOver);
  await Promise.all(all.map((run) => run.play(process, url, isOver)));
  const { hasDied } = process;
  return {
    results: hasDied ? [] : all.map((run) => run.result()),
    hasDied,
    errors: process.errors,
  };
}

/** The run of one seed. */
class Run {
  readonly namespace: string;
  readonly #seed: number;
  readonly #server: FakeApiServer;
  readonly #account: Account;
  readonly #existing = new Set<string>();
  #begin = 0;
  #isReported = false;

  constructor(peer: Peer, seed: number, server: FakeApiServer) {
    this.#seed = seed;
    this.#server = server;
    this.namespace = `seed-${seed}`;
    this.#account = new Account(peer.contract, LAST_NAME);
    for (const name of NAMES.slice(0, FIRST_NAMES)) this.#apply(name, "");
  }

  reported(message: PeerReport): void {
    this.#account.reported(message);
    if (message.type === "cache") this.#isReported = true;
  }

  /** Lets everything happen, and waits for the last object and the cache. */
  async play(
    process: PeerProcess,
    server: string,
    isOver: () => boolean,
  ): Promise<void> {
    this.#begin = Date.now();
    this.#server.faults.schedule(faultsOf(this.#seed, this.namespace));
    await Promise.all([this.#start(process, server), this.#change()]);
    await until(() => this.#account.hasLast, SETTLE_MS, isOver);
    await sleep(LINGER_MS);
    await process.send({ type: "finish", seed: this.#seed });
    await until(() => this.#isReported, 10_000, isOver);
  }

  async #start(process: PeerProcess, server: string): Promise<void> {
    const { namespace } = this;
    await this.#at(startMsOf(this.#seed));
    await process.send({ type: "start", seed: this.#seed, server, namespace });
  }

  async #change(): Promise<void> {
    for (const change of changesOf(this.#seed)) {
      await this.#at(change.atMs);
      this.#make(change);
    }
    await this.#at(LAST_CHANGE_MS);
    this.#apply(LAST_NAME, "");
  }

  result(): SeedResult {
    const end = this.#begin + FAULTY_MS;
    const requests =
      this.#server.requests.filter(({ path, at }) =>
        path.includes(`/namespaces/${this.namespace}/`) &&
        at >= this.#begin && at < end
      ).length;
    return { seed: this.#seed, requests, ...this.#account.outcome() };
  }

  async #at(ms: number): Promise<void> {
    const left = this.#begin + ms - Date.now();
    if (left > 0) await sleep(left);
  }

  #make({ name, deletes, text }: PlannedChange): void {
    if (!deletes || !this.#existing.has(name)) return this.#apply(name, text);
    this.#existing.delete(name);
    const { metadata } = this.#server.delete(this.#pathOf(name));
    this.#account.changed({
      type: "DELETED",
      name,
      version: Number(metadata?.resourceVersion),
    });
  }

  #apply(name: string, text: string): void {
    const type = this.#existing.has(name) ? "MODIFIED" : "ADDED";
    this.#existing.add(name);
    const { metadata } = this.#server.apply({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: this.namespace },
      // What changes nothing is not a change.
      data: { text, at: `${Date.now()} ${this.#server.resourceVersion}` },
    });
    const version = Number(metadata?.resourceVersion);
    this.#account.changed({ type, name, version });
  }

  #pathOf(name: string): string {
    return `/api/v1/namespaces/${this.namespace}/configmaps/${name}`;
  }
}

/** Waits until something holds, at most for a time, or there is no sense. */
async function until(
  holds: () => boolean,
  timeoutMs: number,
  isOver: () => boolean,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!holds() && !isOver() && Date.now() < end) await sleep(50);
}
