/**
 * Fake time that counts its timers and can advance until nothing is pending,
 * and a wall clock that can be set back.
 *
 * `FakeTime` does not expose its timers, and its `next()` may stop at a timer
 * that has been cleared.
 *
 * @module
 */

import { FakeTime } from "@std/testing/time";
import { turn } from "./wait_fakes.ts";

/** Fake time that counts its timers. */
export class Clock extends FakeTime {
  readonly #set = new Set<unknown>();
  #count = 0;

  /** Fakes time, starting at the given time or now. */
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

  /** The number of pending timers. */
  get timers(): number {
    return this.#set.size;
  }

  /** How often a timer has been set so far. */
  get timersSoFar(): number {
    return this.#count;
  }

  /** Runs pending work, advances time, and runs the work that this triggers. */
  async pass(ms = 0): Promise<void> {
    await turn();
    this.tick(ms);
    await turn();
  }
}

/**
 * Sets the wall clock of the active fake time until disposed. Timers are not
 * affected, as when an administrator sets the clock.
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
