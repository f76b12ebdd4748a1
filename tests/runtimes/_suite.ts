/**
 * Runs the behaviors on a runtime and reports each to the stage.
 *
 * @module
 */

import { type Behavior, behaviors, type Call } from "./_behaviors.ts";

/** How long a behavior may take. */
const TIME_LIMIT_MS = 60_000;

/** What differs between runtimes. */
export interface SuiteOptions {
  /** The address of the stage. */
  readonly stage: string;
  /** Behaviors that only some runtimes have. */
  readonly more?: ReadonlyMap<string, Behavior>;
  /** Behaviors to leave out. */
  readonly without?: readonly string[];
}

async function post(url: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url}: ${await response.text()}`);
  return await response.json();
}

async function timed(run: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`not over after ${TIME_LIMIT_MS} ms`)),
      TIME_LIMIT_MS,
    );
  });
  try {
    await Promise.race([run, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs all behaviors, one after the other.
 *
 * @param options Where to report, and which behaviors.
 */
export async function runSuite(
  { stage, more = new Map(), without = [] }: SuiteOptions,
): Promise<void> {
  const call: Call = async (name, ...args) => {
    const answer = await post(`${stage}/${name}`, args);
    return (answer as { value: never }).value;
  };
  for (const [behavior, run] of [...behaviors, ...more]) {
    if (without.includes(behavior)) continue;
    let error: string | undefined;
    try {
      await timed(run(call));
    } catch (thrown) {
      error = String(thrown);
    }
    await post(`${stage}/report`, { behavior, error });
  }
  await post(`${stage}/done`, {});
}
