/**
 * What happens in a simulation, one line each, and what is wrong with it.
 *
 * @module
 */

/** How many lines are kept. */
const LONGEST = 4_000;

/** A rule of the simulation that does not hold. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** The trace of one simulation. */
export class Trace {
  readonly #now: () => number;
  readonly #lines: string[] = [];
  readonly #violations: Violation[] = [];

  /** Starts a trace; `now` returns the simulated milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The violations so far. */
  get violations(): readonly Violation[] {
    return this.#violations;
  }

  /** The lines, oldest first; the first ones are dropped if there are many. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Adds a line. */
  note(who: string, what: string): void {
    this.#lines.push(`${clock(this.#now())} ${who.padEnd(14)} ${what}`);
    if (this.#lines.length > LONGEST) this.#lines.shift();
  }

  /** Notes a violation. */
  violated(who: string, what: string): void {
    this.note(who, `VIOLATION: ${what}`);
    this.#violations.push(
      new Violation(`${clock(this.#now())} ${who}: ${what}`),
    );
  }
}

/** Minutes and seconds of the simulated hour. */
function clock(ms: number): string {
  const seconds = (ms / 1_000 % 60).toFixed(3).padStart(6, "0");
  return `${String(Math.floor(ms / 60_000)).padStart(2, "0")}:${seconds}`;
}
