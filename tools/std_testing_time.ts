/**
 * `@std/testing/time` for machines without access to JSR: its `FakeTime`, based
 * on the clock of the npm package `@sinonjs/fake-timers`.
 *
 * The clock manages the timers and the date. It is not installed, since it
 * would fake more than `@std` does. When time advances, the clock only
 * determines the next timer; its callback runs outside the clock. As in `@std`,
 * a callback that throws therefore stops time where it is, and a timer without
 * delay that a callback sets is due at the same instant. One difference is
 * deliberate: a delay of more than 31 bits fires after a millisecond, as in all
 * runtimes.
 *
 * @module
 */

import { createClock } from "npm:@sinonjs/fake-timers@15.5.0";

/** Options for {@linkcode FakeTime.delay}. */
export interface DelayOptions {
  /** Ends the delay early. */
  signal?: AbortSignal;
  /** Ignored: the delay always keeps the process alive. */
  persistent?: boolean;
}

/** Options for {@linkcode FakeTime}. */
export interface FakeTimeOptions {
  /** How fast time advances by itself, as a factor of real time. */
  advanceRate: number;
  /** How often time advances by itself, in milliseconds. */
  advanceFrequency?: number;
}

/** An operation that is not allowed in the current state. */
export class TimeError extends Error {
  override name = "TimeError";
}

type Clock = ReturnType<typeof createClock>;

/** The real globals. */
const real = {
  Date: globalThis.Date,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
};
const realAbortSignalTimeout = AbortSignal.timeout;

/** The timers of a `FakeTime`, on a clock that only advances explicitly. */
class Timers {
  readonly clock: Clock;
  /** The clock's timers by the IDs returned to callers. */
  #handles = new Map<number, ReturnType<Clock["setTimeout"]>>();
  #lastId = 0;
  /** The callback of the timer that the clock has just fired. */
  #due: (() => void) | undefined;

  constructor(start: number) {
    this.clock = createClock(start);
  }

  get empty(): boolean {
    return this.#handles.size === 0;
  }

  set(callback: () => void, delay: number, repeat: boolean): number {
    const id = ++this.#lastId;
    this.#arm(
      id,
      callback,
      Math.max(repeat ? 1 : 0, Math.floor(delay)),
      repeat,
    );
    return id;
  }

  clear(id: unknown): void {
    if (typeof id !== "number") return;
    this.clock.clearTimeout(this.#handles.get(id));
    this.#handles.delete(id);
  }

  /** Advances to the next timer and runs all timers due at that instant. */
  next(): boolean {
    if (this.empty) return false;
    this.#runNext();
    this.advanceTo(this.clock.now);
    return true;
  }

  /** Advances to an instant and runs all timers due until then. */
  advanceTo(instant: number): void {
    // A timer may set another one for the same instant, after the mark of the
    // current pass, so passes repeat until one runs no timer.
    while (this.#pass(instant));
  }

  /** Runs the timers up to a mark at an instant; returns whether any ran. */
  #pass(instant: number): boolean {
    let reached = false;
    let ran = false;
    const { now } = this.clock;
    this.clock.now = instant;
    const mark = this.clock.setTimeout(() => reached = true, 0);
    this.clock.now = now;
    try {
      while (!reached) ran = this.#runNext() || ran;
    } finally {
      this.clock.clearTimeout(mark);
    }
    return ran;
  }

  #runNext(): boolean {
    this.clock.next();
    const due = this.#due;
    this.#due = undefined;
    due?.();
    return due !== undefined;
  }

  #arm(id: number, callback: () => void, delay: number, repeat: boolean) {
    const due = () => {
      if (repeat) this.#arm(id, callback, delay, repeat);
      else this.#handles.delete(id);
      callback();
    };
    this.#handles.set(
      id,
      this.clock.setTimeout(() => this.#due = due, delay),
    );
  }
}

/** The active fake time and its timers. */
let current: { time: FakeTime; timers: Timers } | undefined;

function setFake(
  name: string,
  callback: unknown,
  delay: number,
  args: unknown[],
): number {
  if (typeof callback !== "function") {
    throw new TimeError(
      `FakeTime does not support non-function callbacks to ${name}`,
    );
  }
  if (!current) {
    throw new TimeError(`Cannot call ${name}: time is not faked`);
  }
  const run = () => callback(...args);
  return current.timers.set(run, delay, name === "setInterval");
}

function clearFake(id?: unknown): void {
  if (!current) {
    throw new TimeError("Cannot clear a timer: time is not faked");
  }
  current.timers.clear(id);
}

function fakeAbortSignalTimeout(delay: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => {
    controller.abort(new DOMException("Signal timed out.", "TimeoutError"));
  }, delay);
  return controller.signal;
}

// `Object.assign` because the types differ: fake timers are numbers, as in
// `@std`, and the runtime's may be objects.
function overrideGlobals({ Date }: Clock): void {
  Object.assign(globalThis, {
    Date,
    setTimeout: (callback: unknown, delay = 0, ...args: unknown[]) =>
      setFake("setTimeout", callback, delay, args),
    setInterval: (callback: unknown, delay = 0, ...args: unknown[]) =>
      setFake("setInterval", callback, delay, args),
    clearTimeout: clearFake,
    clearInterval: clearFake,
  });
  AbortSignal.timeout = fakeAbortSignalTimeout;
}

function restoreGlobals(): void {
  Object.assign(globalThis, real);
  AbortSignal.timeout = realAbortSignalTimeout;
}

function startOf(start: number | string | Date | null | undefined): number {
  const instant = typeof start === "number"
    ? Math.floor(start)
    : start === null || start === undefined
    ? real.Date.now()
    : new real.Date(start).valueOf();
  if (Number.isNaN(instant)) {
    throw new TypeError(
      `Cannot construct FakeTime: invalid start time ${instant}`,
    );
  }
  return instant;
}

/**
 * Replaces `Date`, the timer functions and `AbortSignal.timeout` by fakes. Time
 * then only advances through this object.
 */
export class FakeTime {
  readonly #start: number;
  readonly #timers: Timers;
  #advancing: ReturnType<typeof real.setInterval> | undefined;

  /** Fakes time, starting at the given time or now. */
  constructor(
    start?: number | string | Date | null,
    options?: FakeTimeOptions,
  ) {
    if (current) {
      throw new TimeError("Cannot construct FakeTime: time is already faked");
    }
    this.#start = startOf(start);
    this.#timers = new Timers(this.#start);
    overrideGlobals(this.#timers.clock);
    current = { time: this, timers: this.#timers };
    const rate = Math.max(0, options?.advanceRate ?? 0);
    const frequency = Math.max(0, options?.advanceFrequency ?? 10);
    if (rate > 0) {
      this.#advancing = real.setInterval(
        () => this.tick(rate * frequency),
        frequency,
      );
    }
  }

  /** Restores real time. */
  static restore(): void {
    if (!current) {
      throw new TimeError("Cannot restore time: time is already restored");
    }
    current.time.restore();
  }

  /** Restores real time until the callback has finished. */
  static async restoreFor<T, A extends unknown[] = unknown[]>(
    callback: (...args: A) => Promise<T> | T,
    ...args: A
  ): Promise<T> {
    if (!current) {
      throw new TimeError("Cannot restore time: time is not faked");
    }
    const { clock } = current.timers;
    restoreGlobals();
    try {
      const result = callback(...args);
      return result instanceof Promise ? await result : result;
    } finally {
      overrideGlobals(clock);
    }
  }

  /** The fake time, in milliseconds since the epoch. */
  get now(): number {
    return this.#timers.clock.now;
  }

  /** Advances to a time and runs the timers due until then. */
  set now(value: number) {
    if (value < this.now) {
      throw new RangeError(
        `Cannot set current time in the past, time must be >= ${this.now}: received ${value}`,
      );
    }
    this.#timers.advanceTo(value);
  }

  /** The initial fake time. */
  get start(): number {
    return this.#start;
  }

  /** Resolves after a number of milliseconds of real time. */
  async delay(ms: number, options: DelayOptions = {}): Promise<void> {
    const { signal } = options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = () =>
      reject(new DOMException("Delay was aborted.", "AbortError"));
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
    const timer = real.setTimeout(resolve, ms);
    try {
      await promise;
    } finally {
      real.clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Runs all pending microtasks. */
  async runMicrotasks(): Promise<void> {
    await this.delay(0);
  }

  /**
   * Advances by a number of milliseconds and runs the timers due until then.
   */
  tick(ms = 0): void {
    this.now += ms;
  }

  /** Runs pending microtasks, then calls {@linkcode FakeTime.tick}. */
  async tickAsync(ms = 0): Promise<void> {
    await this.runMicrotasks();
    this.now += ms;
  }

  /** Advances to the next timer; returns false if there is none. */
  next(): boolean {
    return this.#timers.next();
  }

  /** Runs pending microtasks, then calls {@linkcode FakeTime.next}. */
  async nextAsync(): Promise<boolean> {
    await this.runMicrotasks();
    return this.next();
  }

  /** Advances from timer to timer until none is left. */
  runAll(): void {
    while (this.next());
  }

  /** Like {@linkcode FakeTime.runAll}, running microtasks before each timer. */
  async runAllAsync(): Promise<void> {
    while (!this.#timers.empty) await this.nextAsync();
  }

  /** Restores real time. */
  restore(): void {
    if (!current) {
      throw new TimeError("Cannot restore time: time is already restored");
    }
    current = undefined;
    restoreGlobals();
    real.clearInterval(this.#advancing);
  }

  /** Restores real time. */
  [Symbol.dispose](): void {
    this.restore();
  }
}
