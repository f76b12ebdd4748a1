// Programs that exit, are terminated, or hang.

import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertRejects,
} from "@std/assert";
import { runProgram } from "../../cluster/_run_program.ts";
import { isRunning, numberIn } from "../support/running.ts";

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

/** A shell that waits for a child, which writes its process ID to `$0`. */
const CHILDREN: [what: string, script: string][] = [
  ["ends on SIGTERM", 'sh -c "echo \\$\\$ > $0; exec sleep 60" & wait'],
  [
    "ignores SIGTERM",
    `sh -c "trap '' TERM; echo \\$\\$ > $0; while :; do sleep 0.1; done" & wait`,
  ],
];

for (const [what, script] of CHILDREN) {
  Deno.test(`runProgram() ends a child that ${what} when it is aborted`, {
    ignore: Deno.build.os === "windows",
  }, async () => {
    const path = await Deno.makeTempFile();
    const abort = new AbortController();
    const running = runProgram("sh", ["-c", script, path], {
      env: {},
      timeoutMs: Infinity,
      signal: abort.signal,
    });
    const child = await numberIn(path);
    assert(await isRunning(child));
    const reason = new Error("enough");
    abort.abort(reason);
    assertEquals(await assertRejects(() => running), reason);
    assertFalse(await isRunning(child));
    await Deno.remove(path);
  });
}

Deno.test("runProgram() ends a child when it takes too long", {
  ignore: Deno.build.os === "windows",
}, async () => {
  const path = await Deno.makeTempFile();
  const [[, script = ""] = []] = CHILDREN;
  const result = await runProgram("sh", ["-c", script, path], {
    env: {},
    timeoutMs: 1000,
    signal: NEVER,
  });
  assertEquals(result, { type: "timed out" });
  const text = await Deno.readTextFile(path);
  if (text !== "") assertFalse(await isRunning(Number(text)));
  await Deno.remove(path);
});

Deno.test("runProgram() quotes no argument that cannot be passed", async () => {
  const result = await runProgram("sh", ["hunter2\0hunter2"], {
    env: {},
    timeoutMs: Infinity,
    signal: NEVER,
  });
  assertEquals(result.type, "not started");
  assertFalse(Deno.inspect(result).includes("hunter2"));
});
