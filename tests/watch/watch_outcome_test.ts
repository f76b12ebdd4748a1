import {
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import {
  judgeError,
  judgeStart,
  unrecognizedEventStatus,
} from "../../watch/_watch_outcome.ts";
import { ConnectionError } from "../../api/connection_error.ts";
import { StatusError } from "../../api/status_error.ts";
import type { Status } from "../../api/types.ts";
import { statusOf } from "../../api/_untrusted.ts";
import { untyped } from "../support/scripted_watcher.ts";

for (
  const status of [
    { code: 401, reason: "Unauthorized" },
    { code: 401 },
    { reason: "Unauthorized" },
    { code: 403, reason: "Forbidden" },
    { code: 403, reason: "SomethingNew" },
    { reason: "Forbidden" },
  ]
) {
  Deno.test(`judgeStart() stops at ${JSON.stringify(status)}`, () => {
    const verdict = judgeStart(new StatusError(status));
    assertEquals(verdict, { kind: "stop", status });
    const wrapped = new Error("wrapped", { cause: new StatusError(status) });
    assertEquals(judgeStart(wrapped), { kind: "stop", status });
  });
}

for (
  const status of [
    { code: 410, reason: "Gone" },
    { code: 410, reason: "Expired" },
    { code: 410 },
    { code: 410, reason: "NotFound" },
    { reason: "Expired" },
    { reason: "Gone" },
  ]
) {
  Deno.test(`judgeStart() judges ${JSON.stringify(status)} to be gone`, () => {
    const cause = new StatusError(status);
    assertEquals(judgeStart(cause), { kind: "gone", cause, status });
    const wrapped = new Error("wrapped", { cause });
    assertEquals(judgeStart(wrapped), { kind: "gone", cause: wrapped, status });
  });
}

for (
  const cause of [
    new StatusError({ code: 400, reason: "BadRequest" }),
    new StatusError({ code: 404, reason: "NotFound" }),
    new StatusError({ code: 422, reason: "Invalid" }),
    new StatusError({ code: 500, reason: "InternalError" }),
    new StatusError({}),
    new ConnectionError("no answer"),
    new Error("anything"),
    "a string",
    undefined,
  ]
) {
  Deno.test(`judgeStart() retries after ${cause}`, () => {
    const verdict = judgeStart(cause);
    assertEquals(verdict.kind, "retry");
    if (verdict.kind === "retry") {
      assertStrictEquals(verdict.cause, cause);
      assertEquals(verdict.retryAfterMs, undefined);
    }
  });
}

Deno.test("judgeStart() keeps the Retry-After of what it retries", () => {
  for (const code of [429, 503]) {
    const status = { code, details: { retryAfterSeconds: 7 } };
    const verdict = judgeStart(new StatusError(status));
    assertEquals(verdict.kind === "retry" && verdict.retryAfterMs, 7_000);
  }
});

Deno.test("judgeError() stops at code 410, with the same object", () => {
  const status = { code: 410, reason: "Expired", message: "too old" };
  const verdict = judgeError(status);
  assertEquals(verdict.kind, "stop");
  if (verdict.kind === "stop") assertStrictEquals(verdict.status, status);
});

for (
  const [object, retryAfterMs] of [
    [{ code: 500, reason: "InternalError" }, undefined],
    [{ code: 504, details: { retryAfterSeconds: 0 } }, 0],
    [{ code: 429, details: { retryAfterSeconds: 3 } }, 3_000],
    [{ code: 666 }, undefined],
    [{ code: 401 }, undefined],
    [{ code: 403, reason: "Forbidden" }, undefined],
    [{ reason: "Expired" }, undefined],
    [{ code: "410" }, undefined],
    [{ details: { retryAfterSeconds: 4 } }, 4_000],
    [{ kind: "Pod", details: { retryAfterSeconds: 5 } }, 5_000],
    [{ details: { retryAfterSeconds: "5" } }, undefined],
    [{ details: { retryAfterSeconds: -5 } }, undefined],
    [{ details: null }, undefined],
    [{}, undefined],
    ["no object", undefined],
    [410, undefined],
    [null, undefined],
    [undefined, undefined],
  ] as const
) {
  Deno.test(`judgeError() retries after ${JSON.stringify(object)}`, () => {
    const verdict = judgeError(untyped<Status>(object));
    assertEquals(verdict.kind, "retry");
    if (verdict.kind === "retry") {
      assertInstanceOf(verdict.cause, StatusError);
      assertEquals(verdict.cause.status, statusOf(object));
      assertEquals(verdict.retryAfterMs, retryAfterMs);
    }
  });
}

for (
  const [event, problem] of [
    [{ type: "ADDED", object: {} }, "ADDED"],
    [{ type: "MODIFIED", object: {} }, "MODIFIED"],
    [{ type: "DELETED" }, "DELETED"],
    [{ type: "BOOKMARK", object: { metadata: {} } }, "BOOKMARK"],
    [{ type: "RENAMED", object: {} }, '"RENAMED"'],
    [{ type: "added", object: {} }, '"added"'],
    [{ type: "", object: {} }, '""'],
    [{ type: 5, object: {} }, "5"],
    [{}, "undefined"],
    [null, "undefined"],
    [undefined, "undefined"],
  ] as const
) {
  Deno.test(`unrecognizedEventStatus() names the problem of ${JSON.stringify(event)}`, () => {
    const { message, ...status } = unrecognizedEventStatus(untyped(event));
    assertEquals(status, {
      apiVersion: "v1",
      kind: "Status",
      status: "Failure",
      reason: "InternalError",
      code: 500,
    });
    assertEquals(message?.includes(problem), true, message);
    const missing = event && "type" in event &&
      ["ADDED", "MODIFIED", "DELETED", "BOOKMARK"].includes(`${event.type}`);
    const words = missing ? "resourceVersion" : "event type";
    assertEquals(message?.includes(words), true, message);
  });
}
