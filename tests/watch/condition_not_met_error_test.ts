// The error of a `waitFor` that runs out of time.

import {
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import { ConditionNotMetError } from "../../watch/condition_not_met_error.ts";
import { WaitInterruptedError } from "../../watch/until_error.ts";

Deno.test("ConditionNotMetError is a WaitInterruptedError with the progress of the wait", () => {
  const progress = { met: 1, total: 2, pending: [], restarts: 3 };
  const cause = new DOMException("5 s", "TimeoutError");
  const lastError = new Error("connection reset");
  const error = new ConditionNotMetError(progress, {
    cause,
    lastError,
    detail: "1 of 2 met",
  });
  assertInstanceOf(error, WaitInterruptedError);
  assertEquals([error.name, error.timedOut], ["ConditionNotMetError", true]);
  assertEquals(
    error.message,
    "timed out waiting for the condition: 1 of 2 met: last error: connection reset",
  );
  assertStrictEquals(error.progress, progress);
  assertStrictEquals(error.lastError, lastError);
  assertStrictEquals(error.cause, cause);
  const plain = new ConditionNotMetError(progress, { cause });
  assertEquals(plain.message, "timed out waiting for the condition");
});
