/**
 * Fake time that knows how many timers are set, steps after which all is
 * quiet, and a wall clock that can be set back.
 *
 * `FakeTime` does not tell about timers: its `next()` also goes to where a
 * timer was that has been cleared.
 *
 * @module
 */

import { FakeTime } from "@std/testing/time";
import { turn } from "./wait_fakes.ts";

/** A fake time that counts its timers. */
export class Clock extends FakeTime {
  readonly #set = new Set<unknown>();
  #count = 0;

  /** Fakes the time, from the given one on, or from now. */
  constructor(start?: number) {
    super(start);
    const { setTimeout, clearTimeout } = globalThis;
    Object.assign(globalThis, {
      setTimeout: (callback: () => void, delayMs?: number) => {
        const id = setTimeout(() => {
          this.#set.delete(id);
          callback();
        }, delayMs);
        this.#set.add(id);
        this.#count++;
        return id;
      },
      clearTimeout: (id?: number) => {
        if (id !== undefined) this.#set.delete(id);
        clearTimeout(id);
      },
    });
  }

  /** How many timers are set now. */
  get timers(): number {
    return this.#set.size;
  }

  /** How often a timer was set so far. */
  get timersSoFar(): number {
    return this.#count;
  }

  /** Lets what is pending run, then time pass, then what that set off. */
  async pass(ms = 0): Promise<void> {
    await turn();
    this.tick(ms);
    await turn();
  }
}

/**
 * Sets the wall clock of the fake time in force until disposed of: timers go
 * on as before, as they do when an administrator sets the clock.
 */
export function setClock(byMs: number): Disposable {
  const { Date } = globalThis;
  Object.assign(globalThis, {
    Date: class extends Date {
      static override now(): number {
        return Date.now() + byMs;
      }
    },
  });
  return {
    [Symbol.dispose]: () => void Object.assign(globalThis, { Date }),
  };
}
