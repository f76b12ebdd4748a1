/**
 * A random history of a `RetryWatcher`: steps of the server and the consumer,
 * whose expected result is computed independently from what each attempt
 * delivered.
 *
 * @module
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { ConnectionError } from "../../api/connection_error.ts";
import { RetryWatcher } from "../../watch/retry_watcher.ts";
import type { WatchRestart } from "../../watch/observer.ts";
import type { WatchEvent, WatchOptions } from "../../api/types.ts";
import type { Clock } from "./clock.ts";
import {
  type Cut,
  HistoryServer,
  LATE,
  type ListFault,
  type StartFault,
} from "./history_server.ts";
import type { ScriptedCall, ScriptedList } from "./scripted_watcher.ts";
import { CountedAbort, isPending, turn } from "./wait_fakes.ts";

const HOUR_MS = 3_600_000;

/** How long a list is waited for. */
const LIST_TIMEOUT_MS = 10_000;

/** The number of consecutive lines that are not events which end a watcher. */
const GARBAGE_IN_A_ROW = 3;

/** The options of a watcher, and the random values. */
export interface Settings {
  minRestartDelayMs: number;
  maxRestartDelayMs: number;
  watchTimeoutMs: number;
  watchGraceMs: number;
  idleTimeoutMs: number | undefined;
  random: number;
  /** Whether the watcher can list, and so ask for the server's version. */
  canList: boolean;
}

/** A way to stop. */
export type Way = "stop" | "abort" | "cancel" | "dispose";

/** The next step. */
export type Step =
  | { do: "change"; count: number }
  | { do: "skip"; by: number }
  | { do: "restore"; by: number }
  | { do: "bookmark" }
  | { do: "empty bookmark" }
  | { do: "late"; type: "BOOKMARK" | "DELETED"; by: number }
  | { do: "fault"; fault: StartFault; times: number }
  | { do: "list fault"; fault: ListFault }
  | { do: "cut"; cut: Cut }
  | { do: "read"; count: number }
  | { do: "give up" }
  | { do: "pass"; ms: number }
  | { do: "resume"; way: Way; racing: boolean };

/**
 * A restart, the time of its decision, and whether the consumer was waiting.
 */
interface Decision {
  readonly restart: WatchRestart;
  readonly at: number;
  readonly reading: boolean;
}

/** A server, a consumer, and the successive watchers between them. */
export class Play {
  readonly #time: Clock;
  readonly #settings: Settings;
  readonly #server = new HistoryServer();
  /** The changes read since `#base`, with the position at that time. */
  #seen: { version: string | undefined; position: string }[] = [];
  /** The version after which all changes have to be read. */
  #base = 1;
  /** The code of the ERROR that was read from the watcher. */
  #error: number | undefined;
  #abort = new CountedAbort();
  #watcher: RetryWatcher;
  #reader: ReadableStreamDefaultReader<WatchEvent> | undefined;
  #reading = 0;
  #firstTry = 0;
  #firstList = 0;
  #decisions: Decision[] = [];

  constructor(time: Clock, settings: Settings) {
    this.#time = time;
    this.#settings = settings;
    this.#watcher = this.#begin("1");
  }

  /** Performs a step and its immediate consequences. */
  async act(step: Step): Promise<void> {
    switch (step.do) {
      case "change":
        for (let i = 0; i < step.count; i++) this.#server.change();
        break;
      case "skip":
        this.#server.skip(step.by);
        break;
      case "restore":
        await this.#restore(step.by);
        break;
      case "bookmark":
        this.#server.bookmark();
        break;
      case "empty bookmark":
        this.#server.emptyBookmark();
        break;
      case "late":
        this.#server.late(step.type, step.by);
        break;
      case "list fault":
        this.#server.listFault(step.fault);
        break;
      case "fault":
        this.#server.fault(step.fault, step.times);
        break;
      case "cut":
        this.#server.cut(step.cut);
        break;
      case "read":
        for (let i = 0; i < step.count; i++) this.#read();
        break;
      case "give up":
        this.#reader?.releaseLock();
        this.#reader = undefined;
        break;
      case "pass":
        await this.#pass(step.ms);
        break;
      case "resume":
        if (step.racing) this.#server.change();
        await this.#stop(step.way);
        this.#watcher = this.#begin(this.#watcher.resourceVersion);
    }
    await turn();
    this.#checkSeen();
    await this.#replaceIfEnded();
  }

  /** Stops all failures, and reads all remaining events. */
  async finish(): Promise<void> {
    this.#server.heal();
    // A watch from a version that was lost is silent until then.
    const behind = Number(this.#watcher.resourceVersion) -
      this.#server.revision;
    this.#server.skip(Math.max(0, behind));
    this.#server.change();
    for (let tries = 0; this.#seen.length < this.#expected.length; tries++) {
      assert(tries < 500, "a change never came");
      if (this.#reading === 0) this.#read();
      await this.#pass(this.#seen.length % 2 === 0 ? 0 : 60_000);
      if (tries % 3 === 2) await this.#pass(60_000);
      await this.#replaceIfEnded();
    }
    await this.#stop("stop");
    this.#checkSeen();
    assertEquals(this.#seen.length, this.#expected.length);
  }

  /** The versions of the changes that have to be read. */
  get #expected(): number[] {
    return this.#server.changes.filter((version) => version > this.#base);
  }

  /**
   * Restores the server. What it forgets has been read or never will be, and
   * what it does until it has grown past the position cannot be seen.
   */
  async #restore(by: number): Promise<void> {
    // An event that is held or queued belongs to the history until now.
    if (this.#reading === 0) this.#read();
    await turn();
    this.#checkSeen();
    await this.#replaceIfEnded();
    this.#checkPosition();
    this.#server.restore(by);
    this.#startFrom(Number(this.#watcher.resourceVersion));
  }

  #startFrom(version: number): void {
    this.#base = version;
    this.#seen = [];
  }

  /** Takes another watcher when one has ended by itself. */
  async #replaceIfEnded(): Promise<void> {
    if (await isPending(this.#watcher.done)) return;
    const end = await this.#stop("stop");
    // After an expiry one begins with a list, otherwise where one was.
    if (end === 410) this.#startFrom(this.#server.revision);
    this.#watcher = this.#begin(
      end === 410
        ? String(this.#server.revision)
        : this.#watcher.resourceVersion,
    );
  }

  #begin(version: string): RetryWatcher {
    const { random: _, canList, ...options } = this.#settings;
    const { watcher } = this.#server;
    this.#server.greet();
    this.#abort = new CountedAbort();
    this.#reader = undefined;
    this.#reading = 0;
    this.#error = undefined;
    this.#firstTry = watcher.calls.length;
    this.#firstList = watcher.lists.length;
    this.#decisions = [];
    const watchOnly = {
      watch: (options: WatchOptions) => watcher.watch(options),
    };
    return new RetryWatcher(version, canList ? watcher : watchOnly, {
      ...options,
      signal: this.#abort.signal,
      onRestart: (restart) => {
        const reading = this.#reading > 0;
        this.#decisions.push({ restart, at: Date.now(), reading });
      },
    });
  }

  #read(): void {
    this.#reader ??= this.#watcher.events.getReader();
    this.#reading++;
    const watcher = this.#watcher;
    const settled = () => {
      if (watcher === this.#watcher) this.#reading--;
    };
    this.#reader.read().then(({ done, value }) => {
      settled();
      if (!done) this.#took(value, watcher.resourceVersion);
    }, settled);
  }

  #took(event: WatchEvent, position: string): void {
    if (event.type === "ERROR") {
      this.#error = event.object.code;
      return;
    }
    const { name, resourceVersion: version } = event.object.metadata ?? {};
    if (name !== LATE) {
      this.#seen.push({ version, position });
      return;
    }
    const last = this.#seen.at(-1)?.version ?? this.#base;
    assert(Number(position) >= Number(last), "the position moved back");
  }

  async #pass(ms: number): Promise<void> {
    let passed = false;
    setTimeout(() => passed = true, ms);
    while (!passed) {
      await turn();
      this.#time.next();
    }
    await turn();
  }

  /** Stops, and returns the code with which the watcher had to end before. */
  async #stop(way: Way): Promise<number | undefined> {
    const watcher = this.#watcher;
    const { calls, lists } = this.#server.watcher;
    const before = [calls.length, lists.length];
    const hasEnded = !await isPending(watcher.done);
    if (way === "stop") watcher.stop();
    if (way === "abort") this.#abort.abort();
    if (way === "dispose") await watcher[Symbol.asyncDispose]();
    if (way === "cancel") await (this.#reader ?? watcher.events).cancel();
    assertEquals(await isPending(watcher.done), false);
    assertEquals(this.#abort.listeners, 0);
    assertEquals(this.#time.timers, 0);
    assertEquals([calls.length, lists.length], before);
    assertEquals(this.#server.watcher.call(-1).signal.aborted, true);
    assertEquals(this.#reading, 0);
    await this.#readToEnd();
    this.#checkPosition();
    const end = this.#checkStarts();
    assertEquals(hasEnded, end !== undefined, "an end that is not due");
    if (way !== "cancel") assertEquals(this.#error, end);
    return end;
  }

  /** Reads what is left in the stream: the last event, and the ERROR. */
  async #readToEnd(): Promise<void> {
    this.#reader ??= this.#watcher.events.getReader();
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) return;
      this.#took(value, this.#watcher.resourceVersion);
    }
  }

  /** Asserts that the consumer has seen all changes in order. */
  #checkSeen(): void {
    const expected = this.#expected;
    for (const [index, { version, position }] of this.#seen.entries()) {
      assertEquals(version, String(expected[index]));
      assertEquals(position, version);
    }
  }

  /**
   * Asserts that the position separates the events seen from those not seen.
   */
  #checkPosition(): void {
    const position = Number(this.#watcher.resourceVersion);
    const behind = this.#expected.filter((at) => at <= position);
    assertEquals(behind.length, this.#seen.length);
  }

  /**
   * Computes when each attempt had to start from what the previous one
   * delivered, and which lists had to come between them.
   *
   * @returns The code with which the watcher had to end, if it had to.
   */
  #checkStarts(): number | undefined {
    const calls = this.#server.watcher.calls.slice(this.#firstTry);
    const lists = this.#server.watcher.lists.slice(this.#firstList);
    let failures = 0;
    let attempts = 0;
    let end: number | undefined;
    const garbage = { from: "", inARow: 0 };
    for (const [index, call] of calls.entries()) {
      if (this.#server.heard(call)) failures = attempts = 0;
      if (this.#countGarbage(call, garbage) === GARBAGE_IN_A_ROW) end = 500;
      const decision = this.#decisions[index];
      if (decision === undefined || end !== undefined) {
        assertEquals(index, calls.length - 1, "an unreported start");
        assertEquals(decision, undefined, "a restart after the end");
        break;
      }
      const { restart, at } = decision;
      const failed = this.#checkCause(call, decision);
      if (failed) failures++;
      const delayMs = this.#delayOf(call, at, failed ? failures : 0);
      assertEquals(restart.attempt, ++attempts);
      assertEquals(restart.delayMs, delayMs);
      const asks = this.#settings.canList && this.#server.isDoubtful(call);
      const list = asks ? lists.shift() : undefined;
      const answer = list && this.#checkList(list, at + delayMs);
      if (answer?.isBehind(restart.resourceVersion)) end = 410;
      const startAt = answer?.at ?? at + delayMs;
      const next = calls[index + 1];
      if (next !== undefined) {
        assertEquals(asks, list !== undefined, "a list that is missing");
        assertEquals(next.at, startAt);
        assertEquals(next.options.resourceVersion, restart.resourceVersion);
        assertEquals(end, undefined, "a start after the end");
      } else {
        assert(end === 410 || Date.now() <= startAt, "a start that never came");
      }
    }
    assert(this.#decisions.length <= calls.length);
    assertEquals(lists.length, 0, "a list that is not due");
    return end;
  }

  /** Counts attempts in a row, from one version, that ended at garbage. */
  #countGarbage(
    call: ScriptedCall,
    row: { from: string; inARow: number },
  ): number {
    const from = call.options.resourceVersion ?? "";
    if (from !== row.from || !this.#server.isUndecodable(call)) row.inARow = 0;
    if (this.#server.isUndecodable(call)) row.inARow++;
    row.from = from;
    return row.inARow;
  }

  /** Returns when a list was answered, or given up, and with what. */
  #checkList(list: ScriptedList, at: number) {
    assertEquals(list.at, at);
    assertEquals(list.options, { limit: 1 });
    const answer = this.#server.answerTo(list);
    return {
      at: answer === "hang" ? at + LIST_TIMEOUT_MS : at,
      isBehind: (version: string) =>
        typeof answer === "number" && answer < Number(version),
    };
  }

  /**
   * Returns whether an attempt failed, and asserts that this was reported and
   * handled in time.
   */
  #checkCause(call: ScriptedCall, { restart, at, reading }: Decision): boolean {
    const { minRestartDelayMs, idleTimeoutMs = Infinity } = this.#settings;
    const { watchTimeoutMs, watchGraceMs } = this.#settings;
    const ending = this.#server.ending(call);
    const ageMs = at - call.at;
    if (ending?.failed === true) {
      assert(restart.cause instanceof Error);
      return true;
    }
    if (ending?.failed === false) {
      const isEarly = !this.#server.heard(call) && ageMs < minRestartDelayMs;
      assertEquals(restart.cause instanceof Error, isEarly);
      return isEarly;
    }
    assert(reading, "silence speaks against a watch only when somebody waits");
    const deadlineMs = watchTimeoutMs + watchGraceMs;
    if (restart.cause === undefined) {
      assert(ageMs >= deadlineMs, "parked too early");
      return false;
    }
    assertInstanceOf(restart.cause, ConnectionError);
    assert(ageMs === deadlineMs || ageMs >= idleTimeoutMs, "lost too early");
    assert(ageMs <= deadlineMs, "lost too late");
    return true;
  }

  #delayOf(call: ScriptedCall, at: number, failures: number): number {
    const { minRestartDelayMs, maxRestartDelayMs, random } = this.#settings;
    const ending = this.#server.ending(call);
    const askedMs = ending?.failed ? ending.retryAfterMs : 0;
    let spacingMs = minRestartDelayMs;
    if (failures > 0 && minRestartDelayMs > 0) {
      const highestMs = Math.max(minRestartDelayMs, maxRestartDelayMs);
      const doubledMs = minRestartDelayMs * 2 ** (failures - 1);
      spacingMs = Math.min(highestMs, doubledMs) * (1 + random);
    }
    const remainingMs = spacingMs - (at - call.at);
    return Math.max(0, remainingMs, Math.min(askedMs, HOUR_MS));
  }
}
