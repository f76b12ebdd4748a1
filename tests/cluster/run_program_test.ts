// Programs that exit, are terminated, or hang.

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

Deno.test("runProgram() returns the output and the exit code", async () => {
  assertEquals(
    await runScript("console.log('a'); console.error('b'); Deno.exit(3)"),
    { type: "exited", status: "3", stdout: "a\n", stderr: "b\n" },
  );
});

Deno.test("runProgram() returns the signal when a program was killed", {
  ignore: Deno.build.os === "windows",
}, async () => {
  const result = await runScript("Deno.kill(Deno.pid, 'SIGKILL')");
  assertEquals(result.type === "exited" && result.status, "SIGKILL");
});

Deno.test("runProgram() keeps the end of the output when it is too long", async () => {
  const result = await runScript(
    "console.log('x'.repeat(3_000_000)); console.log('end')",
  );
  assertMatch(result.type === "exited" ? result.stdout : "", /^x+\nend\n$/);
  assertEquals(result.type === "exited" && result.stdout.length, 1 << 20);
});

Deno.test(
  "runProgram() kills a program that takes too long and ignores SIGTERM",
  {
    ignore: Deno.build.os === "windows",
  },
  async () => {
    // If SIGTERM arrives before the listener is added, the result is the same.
    const result = await runScript(
      "Deno.addSignalListener('SIGTERM', () => {}); setInterval(() => {}, 1000)",
      300,
    );
    assertEquals(result, { type: "timed out" });
  },
);

Deno.test(
  "runProgram() does not wait for child processes that a program leaves running",
  {
    ignore: Deno.build.os === "windows",
  },
  async () => {
    const result = await runProgram(
      "sh",
      ["-c", "echo a; sleep 30 & echo $!"],
      { env: {}, timeoutMs: Infinity, signal: NEVER },
    );
    const [first, pid] = result.type === "exited"
      ? result.stdout.split("\n")
      : [];
    assertEquals(first, "a");
    Deno.kill(Number(pid));
  },
);
