/**
 * Registers the end-to-end tests. All programs are found or built before the
 * first test. On a machine where that is not possible, the tests are skipped
 * with a message; if `CI` is set, they fail instead.
 *
 * @module
 */

import {
  binaries,
  type Binary,
  findBinary,
  whyUnavailable,
} from "../control_plane/binaries.ts";
import { takeLogs } from "../control_plane/kept_logs.ts";
import { readVariant } from "../control_plane/variant.ts";

/** The programs that only some tests need. */
const optional = ["sample-apiserver", "kine"] as const;

const reason = await prepare();

const missing = await findMissing();

/** Options for {@linkcode e2eTest}. */
export interface E2eTestOptions {
  /**
   * The programs that it needs in addition to those of every test. They are
   * built when the test starts. If that is not possible, it is skipped with a
   * message.
   */
  programs?: readonly typeof optional[number][] | undefined;
}

/**
 * Registers an end-to-end test. If it fails, the last lines of the logs of its
 * control planes are printed.
 *
 * @param name The name of the test.
 * @param test The test.
 * @param options The programs that it needs.
 */
export function e2eTest(
  name: string,
  test: (context: Deno.TestContext) => Promise<void>,
  { programs = [] }: E2eTestOptions = {},
): void {
  const lacks = programs.flatMap((name) => missing.get(name) ?? []);
  if (reason === undefined && lacks.length > 0) {
    printError(`Skipped: ${name}: ${lacks.join(": ")}`);
  }
  Deno.test({
    name,
    ignore: reason === undefined ? lacks.length > 0 : !inCi(),
    sanitizeOps: true,
    sanitizeResources: true,
    async fn(context) {
      if (reason !== undefined) throw new Error(reason);
      for (const program of programs) await findBinary(program);
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

/** The programs that every test may need. */
function needed(): Binary[] {
  const { store } = readVariant();
  return binaries.filter((binary) =>
    binary === store || !optional.some((name) => name === binary)
  );
}

/** Which of the optional programs are not available, and why. */
async function findMissing(): Promise<ReadonlyMap<Binary, string>> {
  const found = new Map<Binary, string>();
  for (const binary of optional) {
    const why = await whyUnavailable(binary);
    if (why !== undefined) found.set(binary, why);
  }
  return found;
}

async function prepare(): Promise<string | undefined> {
  for (const binary of needed()) {
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
