import { assertEquals, assertStringIncludes } from "@std/assert";
import { callSafely, failureWarner, warn } from "../../internal/console.ts";
import { captureConsole, turn } from "../support/wait_fakes.ts";

Deno.test("warn() writes the message once to console.error", () => {
  using captured = captureConsole();
  warn("the timeout is negative");
  assertEquals(captured.written, [["watchtools: the timeout is negative"]]);
});

Deno.test("callSafely() calls with the argument, at once and once", () => {
  using captured = captureConsole();
  const calls: unknown[] = [];
  callSafely("onRestart", (argument) => calls.push(argument), "because");
  assertEquals(calls, ["because"]);
  assertEquals(captured.written, []);
});

Deno.test("callSafely() does nothing without a callback", () => {
  using captured = captureConsole();
  callSafely("onRestart", undefined, 1);
  assertEquals(captured.written, []);
});

Deno.test("callSafely() writes what a callback throws to console.error once", () => {
  using captured = captureConsole();
  const error = new Error("boom");
  callSafely("onRestart", () => {
    throw error;
  }, 1);
  assertEquals(captured.written.length, 1);
  assertStringIncludes(String(captured.written[0]?.[0]), "onRestart");
  assertEquals(captured.written[0]?.includes(error), true);
});

Deno.test("callSafely() writes the rejection of a callback once", async () => {
  using captured = captureConsole();
  const error = new Error("boom");
  callSafely("onWatchError", () => Promise.reject(error), 1);
  assertEquals(captured.written, []);
  await turn();
  assertEquals(captured.written.length, 1);
  assertStringIncludes(String(captured.written[0]?.[0]), "onWatchError");
  assertEquals(captured.written[0]?.includes(error), true);
});

Deno.test("callSafely() writes nothing for a promise that resolves", async () => {
  using captured = captureConsole();
  callSafely("onRestart", () => Promise.resolve(), 1);
  await turn();
  assertEquals(captured.written, []);
});

Deno.test("callSafely() survives what cannot be shown", () => {
  const target = globalThis.console;
  const { error } = target;
  const written: unknown[][] = [];
  const unshowable = new Error("boom");
  target.error = (...line: unknown[]) => {
    if (line.includes(unshowable)) throw new TypeError("cannot be inspected");
    written.push(line);
  };
  try {
    callSafely("onWatchError", () => {
      throw unshowable;
    }, 1);
  } finally {
    target.error = error;
  }
  assertEquals(written, [[
    "watchtools: onWatchError threw, and was ignored: boom",
  ]]);
});

Deno.test("failureWarner() writes each failure, but the same one only once in a row", () => {
  using captured = captureConsole();
  const warnOf = failureWarner("A wait", "set timeoutMs");
  for (const text of ["no", "no", "never", "no"]) warnOf(new Error(text));
  const line = (text: string) => [
    `watchtools: A wait goes on after: ${text}; set timeoutMs`,
  ];
  assertEquals(captured.written, [line("no"), line("never"), line("no")]);
});
