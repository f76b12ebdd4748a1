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
import type { WatchRestart } from "../../watch/retry_watcher_options.ts";
import type { WatchEvent } from "../../api/types.ts";
import type { Clock } from "./clock.ts";
import { type Cut, HistoryServer, type StartFault } from "./history_server.ts";
import type { ScriptedCall } from "./scripted_watcher.ts";
import { CountedAbort, isPending, turn } from "./wait_fakes.ts";

const HOUR_MS = 3_600_000;

/** The options of a watcher, and the random values. */
export interface Settings {
  minRestartDelayMs: number;
  maxRestartDelayMs: number;
  watchTimeoutMs: number;
  watchGraceMs: number;
  idleTimeoutMs: number | undefined;
  random: number;
}

/** A way to stop. */
export type Way = "stop" | "abort" | "cancel" | "dispose";

/** The next step. */
export type Step =
  | { do: "change"; count: number }
  | { do: "skip"; by: number }
  | { do: "bookmark" }
  | { do: "fault"; fault: StartFault }
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
  /** The events read, with the position at that time. */
  readonly #seen: { version: string | undefined; position: string }[] = [];
  #abort = new CountedAbort();
  #watcher: RetryWatcher;
  #reader: ReadableStreamDefaultReader<WatchEvent> | undefined;
  #reading = 0;
  #firstTry = 0;
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
      case "bookmark":
        this.#server.bookmark();
        break;
      case "fault":
        this.#server.fault(step.fault);
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
  }

  /** Stops all failures, and reads all remaining events. */
  async finish(): Promise<void> {
    this.#server.heal();
    this.#server.change();
    const { changes } = this.#server;
    for (let tries = 0; this.#seen.length < changes.length; tries++) {
      assert(tries < 500, "a change never came");
      if (this.#reading === 0) this.#read();
      await this.#pass(this.#seen.length % 2 === 0 ? 0 : 60_000);
      if (tries % 3 === 2) await this.#pass(60_000);
    }
    await this.#stop("stop");
    this.#checkSeen();
    assertEquals(this.#seen.length, changes.length);
  }

  #begin(version: string): RetryWatcher {
    const { random: _, ...options } = this.#settings;
    this.#server.greet();
    this.#abort = new CountedAbort();
    this.#reader = undefined;
    this.#reading = 0;
    this.#firstTry = this.#server.watcher.calls.length;
    this.#decisions = [];
    return new RetryWatcher(version, this.#server.watcher, {
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
      if (done) return;
      const version = value.type === "ERROR"
        ? JSON.stringify(value)
        : value.object.metadata?.resourceVersion;
      this.#seen.push({ version, position: watcher.resourceVersion });
    }, settled);
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

  async #stop(way: Way): Promise<void> {
    const watcher = this.#watcher;
    const calls = this.#server.watcher.calls.length;
    if (way === "stop") watcher.stop();
    if (way === "abort") this.#abort.abort();
    if (way === "dispose") await watcher[Symbol.asyncDispose]();
    if (way === "cancel") await (this.#reader ?? watcher.events).cancel();
    assertEquals(await isPending(watcher.done), false);
    assertEquals(this.#abort.listeners, 0);
    assertEquals(this.#time.timers, 0);
    assertEquals(this.#server.watcher.calls.length, calls);
    assertEquals(this.#server.watcher.call(-1).signal.aborted, true);
    assertEquals(this.#reading, 0);
    this.#reader ??= watcher.events.getReader();
    assertEquals((await this.#reader.read()).done, true);
    this.#checkPosition();
    this.#checkStarts();
  }

  /** Asserts that the consumer has seen all changes in order. */
  #checkSeen(): void {
    for (const [index, { version, position }] of this.#seen.entries()) {
      assertEquals(version, String(this.#server.changes[index]));
      assertEquals(position, version);
    }
  }

  /**
   * Asserts that the position separates the events seen from those not seen.
   */
  #checkPosition(): void {
    const position = Number(this.#watcher.resourceVersion);
    const behind = this.#server.changes.filter((at) => at <= position);
    assertEquals(behind.length, this.#seen.length);
  }

  /**
   * Computes when each attempt had to start from what the previous one
   * delivered.
   */
  #checkStarts(): void {
    const calls = this.#server.watcher.calls.slice(this.#firstTry);
    let failures = 0;
    let attempts = 0;
    for (const [index, call] of calls.entries()) {
      if (this.#server.heard(call)) failures = attempts = 0;
      const decision = this.#decisions[index];
      if (decision === undefined) {
        assertEquals(index, calls.length - 1, "an unreported start");
        break;
      }
      const { restart, at } = decision;
      const failed = this.#checkCause(call, decision);
      if (failed) failures++;
      const delayMs = this.#delayOf(call, at, failed ? failures : 0);
      assertEquals(restart.attempt, ++attempts);
      assertEquals(restart.delayMs, delayMs);
      const next = calls[index + 1];
      if (next !== undefined) {
        assertEquals(next.at, at + delayMs);
        assertEquals(next.options.resourceVersion, restart.resourceVersion);
      } else {
        assert(Date.now() <= at + delayMs, "a start that never came");
      }
    }
    assert(this.#decisions.length <= calls.length);
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
      assertEquals(restart.cause, undefined);
      return !this.#server.heard(call) && ageMs < minRestartDelayMs;
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
