/**
 * How the end-to-end tests are registered. All programs are found, or built,
 * before the first test. On a machine that can neither find nor build them the
 * tests are skipped, and one sentence says why; but not where `CI` is set:
 * there they fail.
 *
 * @module
 */

import {
  binaries,
  findBinary,
  whyUnavailable,
} from "../control_plane/binaries.ts";
import { takeLogs } from "../control_plane/kept_logs.ts";

const reason = await prepare();

/**
 * Registers an end-to-end test. When it fails, the ends of the logs of its
 * control planes are shown.
 *
 * @param name Its name.
 * @param test What it does.
 */
export function e2eTest(
  name: string,
  test: (context: Deno.TestContext) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: reason !== undefined && !inCi(),
    sanitizeOps: true,
    sanitizeResources: true,
    async fn(context) {
      if (reason !== undefined) throw new Error(reason);
      takeLogs();
      try {
        await test(context);
      } catch (error) {
        tell(takeLogs());
        throw error;
      }
    },
  });
}

async function prepare(): Promise<string | undefined> {
  for (const binary of binaries) {
    const why = await whyUnavailable(binary);
    if (why !== undefined) {
      if (!inCi()) tell(`The end-to-end tests are skipped: ${why}`);
      return why;
    }
    await findBinary(binary);
  }
  return undefined;
}

function inCi(): boolean {
  return (Deno.env.get("CI") ?? "") !== "";
}

function tell(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}
