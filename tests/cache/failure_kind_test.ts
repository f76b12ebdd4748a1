// `failureKind()`: anything may be thrown, and nothing may be thrown here.

import { assertEquals } from "@std/assert";
import { ConnectionError } from "../../api/connection_error.ts";
import { ResponseTooLargeError } from "../../api/response_too_large_error.ts";
import { StatusError } from "../../api/status_error.ts";
import { UndecodableEventError } from "../../api/_undecodable_event_error.ts";
import { failureKind } from "../../cache/_failure_kind.ts";
import { EXPIRED, refused } from "../support/informer_fakes.ts";

Deno.test("failureKind() tells apart what has different consequences", () => {
  const cases: [error: unknown, kind: string][] = [
    [new ConnectionError("refused"), "no answer"],
    [refused(429), "busy"],
    [new StatusError(EXPIRED), "expired"],
    [refused(410), "expired"],
    [new TypeError("wrapped", { cause: refused(410) }), "expired"],
    [
      new StatusError({
        code: 504,
        details: { causes: [{ reason: "ResourceVersionTooLarge" }] },
      }),
      "too large",
    ],
    [refused(400), "invalid"],
    [refused(422), "invalid"],
    [new UndecodableEventError("not JSON"), "undecodable"],
    [new ResponseTooLargeError("too long", 10), "undecodable"],
    [refused(500), "other"],
    [refused(403), "other"],
    [new Error("no"), "other"],
    [undefined, "other"],
    ["text", "other"],
  ];
  for (const [error, kind] of cases) {
    assertEquals(failureKind(error), { kind, retryAfterMs: 0 });
  }
});

Deno.test("failureKind() limits Retry-After to an hour", () => {
  assertEquals(failureKind(refused(503, 9)).retryAfterMs, 9_000);
  assertEquals(failureKind(refused(503, 7_200)).retryAfterMs, 3_600_000);
});

class Hostile extends StatusError {
  constructor(readonly getCode: () => number | undefined) {
    super({});
  }
  override get code(): number | undefined {
    return this.getCode();
  }
}

class Timeless extends StatusError {
  override get retryAfterMs(): number {
    return NaN;
  }
}

Deno.test("failureKind() survives errors that cannot be examined", () => {
  const fail = () => {
    throw new Error("hostile");
  };
  const cyclic = new Error("cyclic");
  cyclic.cause = cyclic;
  const hostile = [
    new Hostile(fail),
    new Proxy(new Error("no"), { get: fail, getPrototypeOf: fail }),
    Object.defineProperty(new Error("no"), "cause", { get: fail }),
    cyclic,
    new Timeless({}),
    Object.create(null),
    Symbol("no"),
  ];
  for (const error of hostile) {
    assertEquals(failureKind(error), { kind: "other", retryAfterMs: 0 });
  }
});
