/**
 * Scripts calls: a queue of behaviors that override the default, each for a
 * number of calls, and a record of the calls made.
 *
 * @module
 */

import { Counter } from "./_counter.ts";

interface Step<S, C> {
  readonly behavior: S;
  readonly matches: (call: C) => boolean;
  times: number;
}

/** The behaviors of future calls, and the calls made so far. */
export class CallScript<S, C> {
  readonly #steps: Step<S, C>[] = [];
  readonly #calls: C[] = [];
  readonly #counter = new Counter();

  /** The calls made so far, oldest first. */
  get calls(): readonly C[] {
    return this.#calls;
  }

  /**
   * Scripts a behavior for the next calls that match, after those already
   * scripted.
   */
  add(
    behavior: S,
    times: number,
    matches: (call: C) => boolean = () => true,
  ): void {
    if (!(times >= 0)) {
      throw new RangeError(
        `Cannot script ${times} calls: the number must not be negative`,
      );
    }
    this.#steps.push({ behavior, matches, times });
  }

  /**
   * Records a call and returns the behavior that is scripted for it, if any.
   */
  called(call: C): S | undefined {
    this.#calls.push(call);
    this.#counter.increment();
    const step = this.#steps.find(({ times, matches }) =>
      times > 0 && matches(call)
    );
    if (step === undefined) return undefined;
    step.times--;
    return step.behavior;
  }

  /** Resolves when the number of calls has reached `count`. */
  reached(count: number): Promise<void> {
    return this.#counter.reached(count);
  }
}
