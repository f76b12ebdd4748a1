/**
 * What the next calls are to do instead of what they would: a queue of
 * behaviours, each for so many calls, and a record of the calls made.
 *
 * @module
 */

import { Counter } from "./_counter.ts";

interface Step<S, C> {
  readonly behavior: S;
  readonly matches: (call: C) => boolean;
  times: number;
}

/** Behaviours of calls to come, and the calls that were made. */
export class CallScript<S, C> {
  readonly #steps: Step<S, C>[] = [];
  readonly #calls: C[] = [];
  readonly #counter = new Counter();

  /** The calls so far. */
  get calls(): readonly C[] {
    return this.#calls;
  }

  /** Has the next calls, after those already scripted, behave so. */
  add(
    behavior: S,
    times: number,
    matches: (call: C) => boolean = () => true,
  ): void {
    if (!(times >= 0)) {
      throw new RangeError(
        `Cannot script ${times} calls: give a number that is not negative`,
      );
    }
    this.#steps.push({ behavior, matches, times });
  }

  /** Records a call and gives what it is to do, if that is scripted. */
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

  /** Resolves when so many calls have been made. */
  reached(count: number): Promise<void> {
    return this.#counter.reached(count);
  }
}
