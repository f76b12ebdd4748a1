import {
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import {
  FailureStreak,
  judgeError,
  judgeLost,
  judgeStart,
  restoredStatus,
  type Retry,
  thrownStatus,
  unrecognizedEventStatus,
} from "../../watch/_watch_outcome.ts";
import { ConfigurationError } from "../../api/configuration_error.ts";
import { ConnectionError } from "../../api/connection_error.ts";
import { ResponseTooLargeError } from "../../api/response_too_large_error.ts";
import { UndecodableEventError } from "../../api/_undecodable_event_error.ts";
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

for (
  const [cause, isDoubtful] of [
    [new ConnectionError("no answer"), true],
    [new Error("no", { cause: new ConnectionError("no answer") }), true],
    [new Error("anything"), false],
    [new StatusError({ code: 500 }), undefined],
    [
      new StatusError({ code: 500 }, { cause: new ConnectionError("no") }),
      undefined,
    ],
  ] as const
) {
  Deno.test(`judgeStart() says ${isDoubtful} whether the version is in doubt after ${cause}`, () => {
    const verdict = judgeStart(cause);
    assertEquals(verdict.kind === "retry" && verdict.doubtful, isDoubtful);
  });
}

Deno.test("judgeStart() stops at a ConfigurationError, with its words", () => {
  const error = new ConfigurationError("Cannot use the certificate");
  const wrapped = new ConnectionError("cannot connect", { cause: error });
  for (const cause of [error, wrapped]) {
    assertEquals(judgeStart(cause), {
      kind: "stop",
      status: {
        apiVersion: "v1",
        kind: "Status",
        status: "Failure",
        reason: "InternalError",
        code: 500,
        message: "Cannot use the certificate",
      },
    });
  }
});

Deno.test("judgeLost() retries, and doubts the version of a watch that delivered nothing", () => {
  const cause = new Error("reset");
  for (const heard of [true, false]) {
    assertEquals(judgeLost(cause, heard), {
      kind: "retry",
      cause,
      doubtful: !heard,
    });
  }
});

Deno.test("judgeLost() recognizes a line that cannot be understood, or is too long", () => {
  const errors = [
    new UndecodableEventError("not JSON"),
    new ResponseTooLargeError("too long", 5),
  ];
  for (const error of errors) {
    for (const cause of [error, new Error("wrapped", { cause: error })]) {
      assertEquals(judgeLost(cause, false), {
        kind: "undecodable",
        cause,
        status: thrownStatus(error),
      });
    }
  }
});

/** A failure of a kind. */
function failed(kind: "retry" | "gone" | "undecodable"): Retry {
  const cause = new Error(kind);
  return kind === "retry"
    ? { kind, cause }
    : { kind, cause, status: { message: kind } };
}

for (
  const [what, row] of Object.entries({
    "4 gone in a row": "gone gone gone gone!",
    "3 undecodable in a row": "undecodable undecodable undecodable!",
    "no number of others": "retry retry retry retry retry retry",
    "a row that others interrupt":
      "gone gone gone retry gone gone gone undecodable gone gone gone gone!",
    "a row that another version interrupts":
      "undecodable undecodable undecodable@2 undecodable@2 undecodable@2!",
    "a row of gone that an open watch interrupts":
      "gone gone gone open gone gone gone gone!",
    "a row of undecodable that open watches do not interrupt":
      "open undecodable open undecodable open undecodable!",
    "a row that a watch that ended well interrupts":
      "undecodable undecodable end undecodable undecodable undecodable!",
  })
) {
  Deno.test(`FailureStreak counts ${what}`, () => {
    const streak = new FailureStreak();
    for (const step of row.split(" ")) {
      const [, name, from = "1", last] = step.match(/^(\w+)(?:@(\d))?(!?)$/) ??
        [];
      switch (name) {
        case "open":
          streak.opened();
          break;
        case "end":
          streak.end();
          break;
        case "retry":
        case "gone":
        case "undecodable": {
          const status = streak.finalStatus(failed(name), from);
          assertEquals(status, last ? { message: name } : undefined, step);
          break;
        }
        default:
          throw new Error(`Unknown step: ${step}`);
      }
    }
  });
}

Deno.test("restoredStatus() is a 410 Expired that names both versions", () => {
  const { code, reason, message } = restoredStatus("5", "9");
  assertEquals([code, reason], [410, "Expired"]);
  assertStringIncludes(
    message ?? "",
    "the server is at 5, behind 9: restored from a backup?",
  );
});

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
    [{ type: "RENAMED", object: {} }, '"RENAMED"'],
    [{ type: "added", object: {} }, '"added"'],
    [{ type: "", object: {} }, '""'],
    [{ type: 5, object: {} }, "5"],
    [{ type: null, object: {} }, "null"],
    [
      { type: Object.create(null), object: {} },
      "an object that cannot be converted to a string",
    ],
    [{ type: "x".repeat(101), object: {} }, `"${"x".repeat(100)}…"`],
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
      ["ADDED", "MODIFIED", "DELETED"].some((type) => type === event.type);
    const words = missing ? "resourceVersion" : "event type";
    assertEquals(message?.includes(words), true, message);
  });
}
