/**
 * A wall clock that jumps: `Date` is replaced, timers are not affected.
 *
 * @module
 */

/** The jumps of the wall clock. */
export class FaultClock {
  #byMs = 0;
  #original: DateConstructor | undefined;
  #shifted: DateConstructor | undefined;

  /** Lets the clock jump. */
  jump(byMs: number): void {
    this.#byMs += byMs;
    if (this.#shifted !== undefined) return;
    const original = globalThis.Date;
    const now = () => original.now() + this.#byMs;
    this.#original = original;
    this.#shifted = new Proxy(original, {
      get: (target, key) => key === "now" ? now : Reflect.get(target, key),
      construct: (target, args, newTarget) =>
        Reflect.construct(
          target,
          args.length === 0 ? [now()] : args,
          newTarget,
        ),
    });
    Object.assign(globalThis, { Date: this.#shifted });
  }

  /** Sets the clock right, unless `Date` has been replaced by others since. */
  restore(): void {
    if (this.#shifted !== undefined && globalThis.Date === this.#shifted) {
      Object.assign(globalThis, { Date: this.#original });
    }
    this.#byMs = 0;
    this.#shifted = undefined;
  }
}
