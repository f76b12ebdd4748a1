// The predicates against client-go's: a table of reasons and codes, each of
// which is checked against all ten predicates.

import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  ConnectionError,
  isConflict,
  isExpiredOrGone,
  isForbidden,
  isGone,
  isInternalError,
  isNotFound,
  isResourceExpired,
  isTimeout,
  isTooManyRequests,
  isUnauthorized,
  type Status,
  StatusError,
} from "../../mod.ts";
import { findStatusError, isExpired } from "../../api/status_predicates.ts";

const PREDICATES = {
  isConflict,
  isExpiredOrGone,
  isForbidden,
  isGone,
  isInternalError,
  isNotFound,
  isResourceExpired,
  isTimeout,
  isTooManyRequests,
  isUnauthorized,
};

type Name = keyof typeof PREDICATES;

/** The names of the predicates that hold. */
function holding(error: unknown): string[] {
  return Object.entries(PREDICATES).filter(([, holds]) => holds(error))
    .map(([name]) => name);
}

const CASES: [status: Status, ...names: Name[]][] = [
  [{ reason: "Conflict" }, "isConflict"],
  [{ code: 409 }, "isConflict"],
  [{ code: 409, reason: "AlreadyExists" }],
  [{ reason: "Gone" }, "isExpiredOrGone", "isGone"],
  [{ code: 410 }, "isExpiredOrGone", "isGone"],
  [{ reason: "Expired" }, "isExpiredOrGone", "isResourceExpired"],
  [{ code: 410, reason: "Expired" }, "isExpiredOrGone", "isResourceExpired"],
  [{ reason: "Forbidden" }, "isForbidden"],
  [{ code: 403 }, "isForbidden"],
  [{ code: 403, reason: "Unauthorized" }, "isUnauthorized"],
  [{ reason: "InternalError" }, "isInternalError"],
  [{ code: 500 }, "isInternalError"],
  [{ code: 500, reason: "StorageReadError" }],
  [{ code: 500, reason: "ServerTimeout" }],
  [{ reason: "NotFound" }, "isNotFound"],
  [{ code: 404 }, "isNotFound"],
  [{ code: 404, reason: "" }, "isNotFound"],
  [{ code: 404, reason: "SomethingNew" }, "isNotFound"],
  [{ code: 404, reason: "Forbidden" }, "isForbidden"],
  [{ reason: "Timeout" }, "isTimeout"],
  [{ code: 504 }, "isTimeout"],
  [{ code: 504, reason: "ServerTimeout" }],
  [{ reason: "TooManyRequests" }, "isTooManyRequests"],
  [{ code: 429 }, "isTooManyRequests"],
  // As in client-go, where the code alone is enough here.
  [{ code: 429, reason: "Forbidden" }, "isForbidden", "isTooManyRequests"],
  [{ reason: "Unauthorized" }, "isUnauthorized"],
  [{ code: 401 }, "isUnauthorized"],
  [{ code: 401, reason: "BadRequest" }],
  [{ reason: "SomethingNew" }],
  [{ code: 418 }],
  [{}],
];

for (const [status, ...names] of CASES) {
  Deno.test(`${names.join(" and ") || "no predicate"}() holds when the Status is ${JSON.stringify(status)}`, () => {
    assertEquals(holding(new StatusError(status)), names);
  });
}

const KNOWN_REASONS = [
  "AlreadyExists",
  "BadRequest",
  "Conflict",
  "Expired",
  "Forbidden",
  "Gone",
  "InternalError",
  "Invalid",
  "MethodNotAllowed",
  "NotAcceptable",
  "NotFound",
  "RequestEntityTooLarge",
  "ServerTimeout",
  "ServiceUnavailable",
  "StorageReadError",
  "Timeout",
  "TooManyRequests",
  "Unauthorized",
  "UnsupportedMediaType",
];

Deno.test("isInternalError() ignores the code when the reason is a known one", () => {
  for (const reason of KNOWN_REASONS) {
    const error = new StatusError({ code: 500, reason });
    assertEquals(isInternalError(error), reason === "InternalError", reason);
  }
});

Deno.test("the predicates follow causes to a StatusError", () => {
  const inner = new StatusError({ code: 403, reason: "Forbidden" });
  const middle = new ConnectionError("middle", { cause: inner });
  const outer = new Error("outer", { cause: middle });
  assertEquals(holding(outer), ["isForbidden"]);
  assertStrictEquals(findStatusError(outer), inner);
});

Deno.test("the predicates use the outermost StatusError when there are several", () => {
  const cause = new StatusError({ reason: "Forbidden" });
  const error = new StatusError({ reason: "NotFound" }, { cause });
  assertEquals(holding(new Error("outer", { cause: error })), ["isNotFound"]);
});

Deno.test("the predicates terminate when causes form a cycle", () => {
  const a = new Error("a");
  const b = new Error("b", { cause: a });
  a.cause = b;
  assertEquals(holding(a), []);
  const self = new Error("self");
  self.cause = self;
  assertEquals(holding(self), []);
});

Deno.test("the predicates are false for anything but a StatusError", () => {
  const others = [
    undefined,
    null,
    "Forbidden",
    403,
    { code: 403, reason: "Forbidden" },
    new Error("Forbidden"),
    new Error("403", { cause: { code: 403, reason: "Forbidden" } }),
    new ConnectionError("401"),
  ];
  for (const other of others) assertEquals(holding(other), []);
});

Deno.test("isExpired() is true for a 410 of any reason, and for nothing else", () => {
  const table: [unknown, boolean][] = [
    [new StatusError({ code: 410, reason: "Expired" }), true],
    [new StatusError({ reason: "Gone" }), true],
    [new StatusError({ code: 410 }), true],
    [new StatusError({ code: 410, reason: "InternalError" }), true],
    [
      new Error("wrapped", {
        cause: new StatusError({ code: 410, reason: "Expired" }),
      }),
      true,
    ],
    [new StatusError({ code: 404 }), false],
    [new Error("410"), false],
    [undefined, false],
  ];
  for (const [error, expected] of table) {
    assertEquals(isExpired(error), expected);
  }
});
