/**
 * Waits, one after the other: each settles once its condition has held on the
 * server for long enough, or rejects as documented.
 *
 * @module
 */

import {
  type ChangeEvent,
  type KubernetesObject,
  listWatchUntil,
  matches,
  RestListerWatcher,
  StatusError,
  until,
  UntilError,
  untilWithSync,
  waitFor,
  type WatchEvent,
} from "../../mod.ts";
import type { StoredObject } from "../../testing/mod.ts";
import { countedSignal } from "../support/counted_signal.ts";
import type { Client, Stage } from "./_stage.ts";
import { identity, stepOf, type Timeline } from "./_timeline.ts";

/** A wait that goes on. */
interface Waiting {
  readonly kind: WaitKind;
  /** The least step that ends it, of any object. */
  readonly step: number;
  /** The version that it begins after, of those that only see events. */
  readonly from: number;
  readonly since: number;
  readonly faultsBefore: number;
  readonly abort: AbortController;
  readonly timeline: Timeline;
}

type WaitKind = "waitFor" | "until" | "listWatchUntil" | "untilWithSync";

const KINDS: readonly WaitKind[] = [
  "waitFor",
  "until",
  "listWatchUntil",
  "untilWithSync",
];

/** What `waitFor` takes for a refusal for good. */
const REFUSALS: ReadonlySet<unknown> = new Set([400, 401, 403, 404, 405, 422]);

/** How long a wait may go on after its condition came true. */
const SETTLES_MS = 9 * 60_000;

/** Waits until it is stopped. */
export class WaitClient implements Client {
  readonly name: string;
  readonly kind = "wait";
  readonly #stage: Stage;
  readonly #source: RestListerWatcher<StoredObject>;
  #waiting: Waiting | undefined;
  #isStopped = false;
  #isOver: Promise<void>;

  constructor(stage: Stage, name: string) {
    this.name = name;
    this.#stage = stage;
    this.#source = new RestListerWatcher<StoredObject>(
      stage.network.connect(name, stage.random.chance(0.5)),
    );
    stage.world.listeners.add(this);
    this.#isOver = this.#run();
  }

  /** What is waited for may never come again: the wait starts over. */
  restored(): void {
    this.#waiting?.abort.abort();
  }

  check(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    const metAt = this.#metAt(waiting);
    if (metAt === undefined || this.#stage.now() - metAt < SETTLES_MS) return;
    this.#stage.trace.violated(
      this.name,
      `${waiting.kind} for step ${waiting.step} has not settled, since ${metAt} ms`,
    );
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#waiting?.abort.abort();
    await this.#isOver;
  }

  /** When the condition came true, if it holds. */
  #metAt({ kind, step, from, since }: Waiting): number | undefined {
    const { world } = this.#stage;
    const meeting = world.timeline.changes.filter((change) =>
      change.step >= step
    );
    if (kind === "until") {
      return meeting.find(({ version }) => version > from)?.at;
    }
    const holding = meeting.filter(({ name, version }) =>
      Number(world.current.get(name)?.metadata?.resourceVersion) === version
    );
    const first = holding[0]?.at;
    return first === undefined ? undefined : Math.max(first, since);
  }

  async #run(): Promise<void> {
    const { random, sleep } = this.#stage;
    while (!this.#isStopped) {
      await this.#wait(random.pick(KINDS), random.upTo(20));
      await sleep(1_000 + random.upTo(60_000));
    }
  }

  async #wait(kind: WaitKind, ahead: number): Promise<void> {
    const { world, network, now, trace } = this.#stage;
    const { controller: abort, signal, listeners } = countedSignal();
    const waiting: Waiting = this.#waiting = {
      kind,
      step: Math.max(1, world.steps + ahead - 3),
      from: Number(world.server.resourceVersion),
      since: now(),
      faultsBefore: network.faultsOf(this.name).length,
      abort,
      timeline: world.timeline,
    };
    trace.note(this.name, `${kind}: waits for step ${waiting.step}`);
    try {
      const object = await this.#start(waiting, signal);
      trace.note(this.name, `${kind}: resolves with ${shown(object)}`);
      this.#checkResult(waiting, object);
    } catch (error) {
      trace.note(this.name, `${kind}: rejects: ${error}`);
      if (!abort.signal.aborted) this.#checkError(waiting, error);
    }
    this.#waiting = undefined;
    if (listeners.size === 0) return;
    trace.violated(this.name, `${kind} left a listener on its signal`);
  }

  async #start(
    { kind, step, from }: Waiting,
    signal: AbortSignal,
  ): Promise<StoredObject | undefined> {
    const isMet = (event: WatchEvent<StoredObject>) =>
      (event.type === "ADDED" || event.type === "MODIFIED") &&
      stepOf(event.object) >= step;
    const times = { watchTimeoutMs: 60_000, watchGraceMs: 15_000 };
    switch (kind) {
      case "waitFor": {
        const condition = matches<StoredObject>((object) =>
          object !== undefined && stepOf(object) >= step
        );
        return (await waitFor(this.#source, condition, { signal }))[0];
      }
      case "until":
        return objectOf(
          await until(String(from), this.#source, isMet, { signal, ...times }),
        );
      case "listWatchUntil":
        return objectOf(
          await listWatchUntil(this.#source, isMet, { signal, ...times }),
        );
      case "untilWithSync":
        return objectOf(
          await untilWithSync(this.#source, undefined, isMet, {
            signal,
            ...times,
          }),
        );
    }
  }

  #checkResult(
    { kind, step }: Waiting,
    object: StoredObject | undefined,
  ): void {
    const { trace, world } = this.#stage;
    if (
      object !== undefined && stepOf(object) >= step && world.hasServed(object)
    ) {
      return;
    }
    trace.violated(this.name, `${kind} resolved with ${shown(object)}`);
  }

  /** A wait rejects only because of a fault, and only as documented. */
  #checkError(waiting: Waiting, error: unknown): void {
    const { network, trace, world } = this.#stage;
    const { kind, faultsBefore, from, since } = waiting;
    const faults = network.faultsOf(this.name).slice(faultsBefore);
    const isDocumented = kind === "waitFor"
      ? error instanceof StatusError && REFUSALS.has(error.code)
      : kind === "until"
      ? error instanceof UntilError && error.cause instanceof StatusError
      : kind === "listWatchUntil";
    const hasReason = faults.length > 0 || world.hasExpired(from, since) ||
      world.restorations.some((at) => at >= since);
    if (isDocumented && hasReason) return;
    trace.violated(this.name, `${kind} rejected: ${error}`);
  }
}

function objectOf(
  event: WatchEvent<StoredObject> | ChangeEvent<StoredObject> | undefined,
): StoredObject | undefined {
  return event === undefined || event.type === "ERROR" ||
      event.type === "BOOKMARK"
    ? undefined
    : event.object;
}

function shown(object: KubernetesObject | undefined): string {
  return object === undefined ? "nothing" : identity({ ...object });
}
