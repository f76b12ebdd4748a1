// How a program ends.

import { assertEquals, assertMatch } from "@std/assert";
import { runProgram } from "../../cluster/_run_program.ts";

const NEVER = new AbortController().signal;

function runScript(script: string, timeoutMs = Infinity) {
  return runProgram(
    Deno.execPath(),
    ["eval", "--no-config", "--no-lock", script],
    { env: {}, timeoutMs, signal: NEVER },
  );
}

Deno.test("runProgram() gives what a program writes, and its exit status", async () => {
  assertEquals(
    await runScript("console.log('a'); console.error('b'); Deno.exit(3)"),
    { type: "ended", status: "3", stdout: "a\n", stderr: "b\n" },
  );
});

Deno.test("runProgram() gives the signal that ended a program", {
  ignore: Deno.build.os === "windows",
}, async () => {
  const result = await runScript("Deno.kill(Deno.pid, 'SIGKILL')");
  assertEquals(result.type === "ended" && result.status, "SIGKILL");
});

Deno.test("runProgram() keeps the end of what is too long", async () => {
  const result = await runScript(
    "console.log('x'.repeat(3_000_000)); console.log('end')",
  );
  assertMatch(result.type === "ended" ? result.stdout : "", /^x+\nend\n$/);
  assertEquals(result.type === "ended" && result.stdout.length, 1 << 20);
});

Deno.test(
  "runProgram() ends a program that takes too long, also one that will not end",
  {
    ignore: Deno.build.os === "windows",
  },
  async () => {
    // Should it be ended before it has said that it will not, that is as well.
    const result = await runScript(
      "Deno.addSignalListener('SIGTERM', () => {}); setInterval(() => {}, 1000)",
      300,
    );
    assertEquals(result, { type: "timed out" });
  },
);

Deno.test("runProgram() does not wait for what a program leaves running", {
  ignore: Deno.build.os === "windows",
}, async () => {
  const result = await runProgram(
    "sh",
    ["-c", "echo a; sleep 30 & echo $!"],
    { env: {}, timeoutMs: Infinity, signal: NEVER },
  );
  const [first, pid] = result.type === "ended" ? result.stdout.split("\n") : [];
  assertEquals(first, "a");
  Deno.kill(Number(pid));
});
