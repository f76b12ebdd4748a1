/**
 * `@std/testing/time`, for machines that the JSR packages cannot be had on: its
 * `FakeTime` over the clock of the npm package `@sinonjs/fake-timers`.
 *
 * The clock keeps the timers and the date; it is not installed, since it would
 * fake more than `@std`'s does. When time moves, the clock only says whose turn
 * it is, and the callback runs outside of it: a callback that throws then stops
 * time where it stands, and a timer of no delay set by a callback is due at the
 * same instant, both as in `@std`. One thing differs on purpose: a delay past
 * 31 bits fires after a millisecond, as it does in every runtime.
 *
 * @module
 */

import { createClock } from "npm:@sinonjs/fake-timers@15.5.0";

/** Options of {@linkcode FakeTime.delay}. */
export interface DelayOptions {
  /** Ends the delay early. */
  signal?: AbortSignal;
  /** Whether the process stays alive for it: here it always does. */
  persistent?: boolean;
}

/** Options of {@linkcode FakeTime}. */
export interface FakeTimeOptions {
  /** How fast time moves by itself, as a factor of real time. */
  advanceRate: number;
  /** How often it moves by itself, in milliseconds. */
  advanceFrequency?: number;
}

/** An operation that the state of fake time does not allow. */
export class TimeError extends Error {
  override name = "TimeError";
}

type Clock = ReturnType<typeof createClock>;

/** The globals that are faked, as they were before. */
const real = {
  Date: globalThis.Date,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
};
const realAbortSignalTimeout = AbortSignal.timeout;

/** The timers of one fake time, on a clock that moves only when it is told. */
class Timers {
  readonly clock: Clock;
  /** The timers that are set: by the number given out, the clock's own. */
  #handles = new Map<number, ReturnType<Clock["setTimeout"]>>();
  #lastId = 0;
  /** What to call for the timer that the clock has just let go. */
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

  /** Moves to the instant of the next timer, and runs all that are due then. */
  next(): boolean {
    if (this.empty) return false;
    this.#runNext();
    this.advanceTo(this.clock.now);
    return true;
  }

  /** Moves to that instant, by way of every timer that is due until then. */
  advanceTo(instant: number): void {
    // A timer may have set another for that very instant, behind the mark of
    // its pass: only a pass in which none ran has met them all.
    while (this.#pass(instant));
  }

  /** Runs the timers up to a mark set at that instant; whether there were any. */
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

/** The fake time in force, and its timers. */
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

// Assigned as a whole: the fake timers are numbers, as `@std`'s are, where the
// runtime's own are objects.
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
 * Puts fake ones in the place of `Date`, the timer functions and
 * `AbortSignal.timeout`; time then moves only as this object is told to.
 */
export class FakeTime {
  readonly #start: number;
  readonly #timers: Timers;
  #advancing: ReturnType<typeof real.setInterval> | undefined;

  /** Fakes the time, from the given one on, or from now. */
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

  /** Restores real time until the callback is done. */
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

  /** Moves on to that time, calling what is due until then. */
  set now(value: number) {
    if (value < this.now) {
      throw new RangeError(
        `Cannot set current time in the past, time must be >= ${this.now}: received ${value}`,
      );
    }
    this.#timers.advanceTo(value);
  }

  /** The time that this one began with. */
  get start(): number {
    return this.#start;
  }

  /** Resolves after so many milliseconds of real time. */
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

  /** Runs all microtasks that are pending. */
  async runMicrotasks(): Promise<void> {
    await this.delay(0);
  }

  /** Adds so many milliseconds, calling what is due until then. */
  tick(ms = 0): void {
    this.now += ms;
  }

  /** Runs the microtasks, then does as {@linkcode FakeTime.tick}. */
  async tickAsync(ms = 0): Promise<void> {
    await this.runMicrotasks();
    this.now += ms;
  }

  /** Moves on to the next timer; false where there is none. */
  next(): boolean {
    return this.#timers.next();
  }

  /** Runs the microtasks, then does as {@linkcode FakeTime.next}. */
  async nextAsync(): Promise<boolean> {
    await this.runMicrotasks();
    return this.next();
  }

  /** Moves on from timer to timer until none is left. */
  runAll(): void {
    while (this.next());
  }

  /** As {@linkcode FakeTime.runAll}, with the microtasks before each timer. */
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
