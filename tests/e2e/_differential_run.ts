/**
 * Runs the steps of a differential test against two servers.
 *
 * @module
 */

import { Comparison, type HttpAnswer } from "./_differential.ts";
import type { DifferentialClient } from "./_differential_client.ts";
import type { Step } from "./_differential_steps.ts";

/** The result of a run. */
export interface DifferentialResult {
  /** How many steps compared an answer. */
  readonly compared: number;
  /** The differences, with the names of their steps. */
  readonly differences: readonly string[];
}

/** How long a `settle` may take. */
const SETTLE_TIMEOUT_MS = 30_000;
const SETTLE_POLL_MS = 100;

/** The servers to compare. */
export interface DifferentialServers {
  readonly real: DifferentialClient;
  readonly fake: DifferentialClient;
  /** Discards the history of both. */
  readonly compact: () => Promise<void>;
}

/** Sends each step to both servers and compares the answers. */
export async function runDifferential(
  steps: readonly Step[],
  { real, fake, compact }: DifferentialServers,
): Promise<DifferentialResult> {
  const comparison = new Comparison();
  const differences: string[] = [];
  let compared = 0;
  for (const step of steps) {
    if (step.kind === "compact") {
      await compact();
      continue;
    }
    const [theirs, ours] = await Promise.all([
      perform(step, real),
      perform(step, fake),
    ]);
    if (theirs === undefined || ours === undefined) continue;
    compared++;
    const { generates, lenient, missing: excuse } = step.options;
    if (generates) {
      comparison.generated(
        real.value(step.name, "metadata", "name"),
        fake.value(step.name, "metadata", "name"),
      );
    }
    comparison.lenientVersions = lenient ?? false;
    const found = comparison.answers(theirs, ours);
    differences.push(
      ...found.filter((text) => !excuse?.except.test(text))
        .map((text) => `${step.name}: ${text}`),
    );
  }
  return { compared, differences };
}

async function perform(
  step: Step,
  client: DifferentialClient,
): Promise<HttpAnswer | undefined> {
  const { name, kind, asking, until = "quiet" } = step;
  if (kind === "close") return void await client.close(name);
  if (kind === "read") return await client.read(name, until);
  const request = typeof asking === "function" ? asking(client) : asking;
  if (request === undefined) return undefined;
  if (kind === "open") return await client.open(name, request);
  if (kind === "send") return await client.send(name, request);
  const deadline = performance.now() + SETTLE_TIMEOUT_MS;
  for (;;) {
    const answer = await client.send(name, request);
    if (step.settled?.(answer.body, answer.status)) return answer;
    if (performance.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, SETTLE_POLL_MS));
  }
}
