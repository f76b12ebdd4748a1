/**
 * Registers the end-to-end tests. All programs are found or built before the
 * first test. On a machine where that is not possible, the tests are skipped
 * with a message; if `CI` is set, they fail instead.
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
 * Registers an end-to-end test. If it fails, the last lines of the logs of its
 * control planes are printed.
 *
 * @param name The name of the test.
 * @param test The test.
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
        printError(takeLogs());
        throw error;
      }
    },
  });
}

async function prepare(): Promise<string | undefined> {
  for (const binary of binaries) {
    const why = await whyUnavailable(binary);
    if (why !== undefined) {
      if (!inCi()) printError(`The end-to-end tests are skipped: ${why}`);
      return why;
    }
    await findBinary(binary);
  }
  return undefined;
}

function inCi(): boolean {
  return (Deno.env.get("CI") ?? "") !== "";
}

function printError(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}
