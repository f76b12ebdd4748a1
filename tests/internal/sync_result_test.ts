import { assertStrictEquals, assertThrows } from "@std/assert";
import { syncResult } from "../../internal/sync_result.ts";

Deno.test("syncResult() returns what is not a promise", () => {
  const like = { then: () => {} };
  for (const result of [undefined, null, false, "", like]) {
    assertStrictEquals(syncResult(result), result);
  }
});

Deno.test("syncResult() throws TypeError at a promise, and handles its rejection", async () => {
  assertThrows(() => syncResult(Promise.resolve(true)), TypeError);
  // The test would fail if no one handled it.
  assertThrows(() => syncResult(Promise.reject(new Error("no"))), TypeError);
  await new Promise((resolve) => setTimeout(resolve, 0));
});
