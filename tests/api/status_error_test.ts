import {
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { type Status, StatusError } from "../../mod.ts";
import { statusError } from "../../api/status_error.ts";

const STATUS: Status = {
  apiVersion: "v1",
  kind: "Status",
  status: "Failure",
  message: "pods is forbidden: no",
  reason: "Forbidden",
  code: 403,
  details: { kind: "pods", retryAfterSeconds: 3 },
};

Deno.test("StatusError has the Status and its message, code, reason and delay", () => {
  const cause = new Error("before");
  const error = new StatusError(STATUS, { cause });
  assertInstanceOf(error, Error);
  assertEquals(error.name, "StatusError");
  assertEquals(error.message, "pods is forbidden: no");
  assertStrictEquals(error.status, STATUS);
  assertEquals(error.code, 403);
  assertEquals(error.reason, "Forbidden");
  assertEquals(error.retryAfterMs, 3000);
  assertStrictEquals(error.cause, cause);
});

Deno.test("StatusError has no cause, code, reason or delay when the Status is empty", () => {
  const error = new StatusError({});
  assertEquals("cause" in error, false);
  assertEquals(error.code, undefined);
  assertEquals(error.reason, undefined);
  assertEquals(error.retryAfterMs, undefined);
});

const MESSAGES: [status: Status, words: string][] = [
  [{ code: 410, reason: "Gone" }, "410 Gone"],
  [{ code: 410, message: "" }, "410"],
  [{ reason: "Gone" }, "Gone"],
  [{}, "failure"],
];

for (const [status, words] of MESSAGES) {
  Deno.test(`StatusError has a message with ${words} when the Status is ${JSON.stringify(status)}`, () => {
    assertStringIncludes(new StatusError(status).message, words);
  });
}

const DELAYS: [seconds: unknown, ms: number | undefined][] = [
  [0, 0],
  [1, 1000],
  [0.5, undefined],
  [-1, undefined],
  [NaN, undefined],
  ["7", undefined],
  [null, undefined],
  [undefined, undefined],
];

for (const [seconds, ms] of DELAYS) {
  Deno.test(`retryAfterMs gives ${ms} when retryAfterSeconds is ${JSON.stringify(seconds)}`, () => {
    const status: Status = {};
    Object.assign(status, { details: { retryAfterSeconds: seconds } });
    assertEquals(new StatusError(status).retryAfterMs, ms);
  });
}

Deno.test("statusError() creates an error when the event has no object", () => {
  assertInstanceOf(statusError(undefined), StatusError);
  assertInstanceOf(statusError(null), StatusError);
  assertStrictEquals(statusError(STATUS).status, STATUS);
});
