/**
 * Tests that the tests of this project run with the leak sanitizers. They are
 * off unless `deno.json` enables them; if its settings were ignored, all other
 * tests would still pass despite leaks.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";

const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

const FIXTURE = `
const listen = () => Deno.listen({ hostname: "127.0.0.1", port: 0 });
const shared = listen();
Deno.test("timer left", () => {
  setTimeout(() => {}, 60_000);
});
Deno.test("timer cleared", () => {
  clearTimeout(setTimeout(() => {}, 60_000));
});
Deno.test("resource left", () => {
  listen();
});
Deno.test("resource closed", () => {
  listen().close();
});
Deno.test("operation left", () => {
  shared.accept();
});
`;

/** Runs a test file with the settings of the project. */
async function runTests(
  source: string,
): Promise<{ code: number; output: string }> {
  const file = await Deno.makeTempFile({ suffix: "_test.ts" });
  try {
    await Deno.writeTextFile(file, source);
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--no-check", "--no-lock", "--config", CONFIG, file],
      env: { NO_COLOR: "1" },
      stdin: "null",
      stderr: "null",
    }).output();
    return { code, output: new TextDecoder().decode(stdout) };
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("deno.json makes tests with leaks fail", async () => {
  const { code, output } = await runTests(FIXTURE);
  const outcomes = output.matchAll(/^(.+) \.\.\. (\S+) \(/gm);
  assertEquals(Array.from(outcomes, ([, name, outcome]) => [name, outcome]), [
    ["timer left", "FAILED"],
    ["timer cleared", "ok"],
    ["resource left", "FAILED"],
    ["resource closed", "ok"],
    ["operation left", "FAILED"],
  ]);
  assertStringIncludes(output, "A timer was started in this test, but never");
  assertStringIncludes(output, "A TCP listener");
  assertStringIncludes(output, "An async operation to accept a TCP stream");
  assertEquals(code, 1);
});
