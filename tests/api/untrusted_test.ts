// What may come from outside, and what is made of it.

import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  checkList,
  identityOfObject,
  statusOf,
  uidOf,
  versionOf,
} from "../../api/_untrusted.ts";
import { StatusError } from "../../api/status_error.ts";
import * as predicates from "../../api/status_predicates.ts";

const STATUS = {
  apiVersion: "v1",
  kind: "Status",
  metadata: { resourceVersion: "5" },
  status: "Failure",
  message: "too old resource version: 1 (5)",
  reason: "Expired",
  code: 410,
  details: {
    name: "web",
    group: "apps",
    kind: "deployments",
    uid: "u",
    retryAfterSeconds: 3,
    causes: [{
      field: "spec",
      message: "Required value",
      reason: "FieldValueRequired",
    }],
  },
};

Deno.test("statusOf() keeps all that a Status may hold", () => {
  assertEquals(statusOf(STATUS), STATUS);
});

Deno.test("statusOf() leaves out what is not of the promised type", () => {
  const cases: [given: unknown, status: unknown][] = [
    [null, {}],
    ["text", {}],
    [[STATUS], {}],
    [{ message: {}, reason: [], code: "410", kind: 5 }, {}],
    [{ code: NaN }, {}],
    [{ details: "text", metadata: [] }, {}],
    [{ details: { causes: {} } }, { details: {} }],
    [{ details: { causes: [null, 5, { reason: 7, field: "a" }] } }, {
      details: { causes: [{ field: "a" }] },
    }],
    [{ details: { retryAfterSeconds: 1.5 } }, { details: {} }],
    [{ details: { retryAfterSeconds: -5 } }, { details: {} }],
    [{ details: { retryAfterSeconds: "3" } }, { details: {} }],
    [{ details: { retryAfterSeconds: 0 } }, {
      details: { retryAfterSeconds: 0 },
    }],
    [{ code: 410, unknownField: 1 }, { code: 410, unknownField: 1 }],
  ];
  for (const [given, status] of cases) {
    assertEquals(statusOf(given), status, JSON.stringify(given));
  }
});

Deno.test("statusOf() cuts texts after 4 KiB, and causes after a hundred", () => {
  const status = statusOf({
    message: "x".repeat(20_000_000),
    details: { causes: Array(1_000).fill({ message: "y".repeat(5_000) }) },
  });
  assertEquals(status.message, `${"x".repeat(4096)}…`);
  assertEquals(status.details?.causes?.length, 100);
  assertEquals(status.details?.causes?.[0]?.message?.length, 4097);
});

Deno.test("StatusError has fields of the promised types, whatever it is made of", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (status, field) => {
    for (
      const value of [
        status,
        { ...STATUS, message: field },
        {
          ...STATUS,
          reason: field,
          code: field,
        },
        { ...STATUS, details: field },
        {
          ...STATUS,
          details: { causes: field, retryAfterSeconds: field },
        },
        { ...STATUS, details: { causes: [field, { message: field }] } },
      ]
    ) {
      const error = new StatusError(statusOf(value));
      assertEquals(typeof error.message, "string");
      for (const [name, type] of [["code", "number"], ["reason", "string"]]) {
        const found = Reflect.get(error, name ?? "");
        assertEquals(found === undefined || typeof found === type, true, name);
      }
      for (const predicate of Object.values(predicates)) predicate(error);
    }
  }));
});

Deno.test("statusOf() takes no fields from a member __proto__", () => {
  const status: unknown = JSON.parse(
    `{"reason":"Expired","__proto__":{"code":410,"message":{}},
      "details":{"__proto__":{"retryAfterSeconds":-1}},"code":"410"}`,
  );
  using _ = withProtoAccessor();
  const { code, message, details } = statusOf(status);
  assertEquals([code, message], [undefined, undefined]);
  assertEquals(details?.retryAfterSeconds, undefined);
});

/** As on every runtime but Deno, assigning `__proto__` sets the prototype. */
function withProtoAccessor(): Disposable {
  const name = "__proto__";
  const before = Object.getOwnPropertyDescriptor(Object.prototype, name);
  Object.defineProperty(Object.prototype, name, {
    configurable: true,
    set(this: object, value: unknown) {
      const isObject = typeof value === "object";
      if (isObject) Object.setPrototypeOf(this, value);
    },
  });
  return {
    [Symbol.dispose]: () => {
      Reflect.deleteProperty(Object.prototype, name);
      if (before) Object.defineProperty(Object.prototype, name, before);
    },
  };
}

Deno.test("identityOfObject(), versionOf() and uidOf() take nothing but texts", () => {
  const metadata = {
    name: "web",
    namespace: "default",
    uid: "u",
    resourceVersion: "7",
  };
  assertEquals(identityOfObject({ metadata }), metadata);
  assertEquals([versionOf({ metadata }), uidOf({ metadata })], ["7", "u"]);
  for (
    const value of [
      undefined,
      null,
      5,
      [],
      {},
      { metadata: null },
      { metadata: "text" },
      { metadata: [metadata] },
      { metadata: { name: {}, namespace: 5, uid: [], resourceVersion: null } },
      { metadata: { name: "", namespace: "", uid: "", resourceVersion: "" } },
    ]
  ) {
    assertEquals(identityOfObject(value), {}, JSON.stringify(value));
    assertEquals([versionOf(value), uidOf(value)], [undefined, undefined]);
  }
});

Deno.test("checkList() says what a list holds beside its items", () => {
  assertEquals(checkList({ items: null }), {
    resourceVersion: "",
    continue: "",
    shardSelector: undefined,
  });
  const metadata = {
    resourceVersion: "7",
    continue: "next",
    shardInfo: { selector: "shardRange(…)" },
  };
  assertEquals(checkList({ metadata, items: [{}] }), {
    resourceVersion: "7",
    continue: "next",
    shardSelector: "shardRange(…)",
  });
  const nulls = { resourceVersion: null, continue: null, shardInfo: [] };
  for (const metadata of [nulls, {}, null, undefined]) {
    assertEquals(checkList({ metadata, items: [] }), {
      resourceVersion: "",
      continue: "",
      shardSelector: undefined,
    });
  }
});

Deno.test("checkList() throws where the list cannot be relied on", () => {
  for (
    const list of [
      undefined,
      null,
      "text",
      [],
      {},
      { items: {} },
      { items: [null] },
      { items: [{}, 5] },
      { items: [[]] },
      { items: [], metadata: { continue: 5 } },
      { items: [], metadata: { continue: {} } },
      { items: [], metadata: { resourceVersion: 7 } },
      { items: [], metadata: { resourceVersion: ["7"] } },
      { items: [], metadata: 7 },
      { items: [], metadata: "7" },
      { items: [], metadata: [] },
      { items: [], metadata: true },
    ]
  ) {
    assertThrows(() => checkList(list), TypeError, "Cannot use the list");
  }
});
