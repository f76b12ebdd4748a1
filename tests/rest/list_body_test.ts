// The bodies of list responses, and the errors for bodies that are not a list.

import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { RestListerWatcher } from "../../mod.ts";
import { answering } from "../support/http_fakes.ts";

const TOKEN = "eyJhbGciOiJSUzI1NiJ9.c2VjcmV0.c2lnbmF0dXJl";

function podsAnswered(
  body: BodyInit | null,
  init?: ResponseInit,
): RestListerWatcher {
  return new RestListerWatcher({
    server: "https://host",
    path: "/api/v1/pods",
    token: TOKEN,
    fetch: answering(body, init).fetch,
  });
}

const POD_LIST = { apiVersion: "v1", kind: "PodList" };
const POD = { apiVersion: "v1", kind: "Pod" };

const LISTS: [what: string, answer: object, items: unknown[]][] = [
  [
    "items have no apiVersion and kind",
    { ...POD_LIST, items: [{ metadata: { name: "a" } }, {}] },
    [
      { apiVersion: "v1", kind: "Pod", metadata: { name: "a" } },
      { apiVersion: "v1", kind: "Pod" },
    ],
  ],
  [
    "items have their own",
    { ...POD_LIST, items: [{ apiVersion: "v2", kind: "Other" }] },
    [{ apiVersion: "v2", kind: "Other" }],
  ],
  [
    "items have one of them",
    { ...POD_LIST, items: [{ kind: "Other" }, { apiVersion: "v2" }] },
    [{ apiVersion: "v1", kind: "Other" }, { apiVersion: "v2", kind: "Pod" }],
  ],
  [
    "the list is of anything",
    { apiVersion: "v1", kind: "List", items: [{ a: 1 }] },
    [{ apiVersion: "v1", a: 1 }],
  ],
  [
    "the kind does not end in List",
    { apiVersion: "v1", kind: "Pods", items: [{}] },
    [{ apiVersion: "v1" }],
  ],
  ["the list has neither", { items: [{ a: 1 }] }, [{ a: 1 }]],
  ["there are no items", { ...POD_LIST, items: [] }, []],
  ["items is null", { ...POD_LIST, items: null }, []],
];

for (const [what, answer, items] of LISTS) {
  Deno.test(`RestListerWatcher.list() returns the list when ${what}`, async () => {
    const metadata = { resourceVersion: "7", continue: "c" };
    const pods = podsAnswered(JSON.stringify({ ...answer, metadata }));
    assertEquals<unknown>(await pods.list({}), { ...answer, metadata, items });
  });
}

const NO_JSON: [what: string, body: BodyInit | null, init?: ResponseInit][] = [
  ["HTML", "<!doctype html>\n<title>Sign in</title>"],
  ["empty", ""],
  ["no content", null, { status: 204 }],
  ["cut off", '{"items":[{"metadata":'],
];

for (const [what, body, init] of NO_JSON) {
  Deno.test(`RestListerWatcher.list() rejects with SyntaxError when a successful response is ${what}`, async () => {
    const { message } = await assertRejects(
      () => podsAnswered(body, init).list({}),
      SyntaxError,
      "Cannot read the response to GET https://host/api/v1/pods",
    );
    const shown = typeof body === "string" ? body.replace("\n", " ") : "";
    assertStringIncludes(message, `'${shown}'`);
  });
}

for (
  const body of [
    "{}",
    "[]",
    "null",
    "7",
    '"items"',
    '{"items":{}}',
    '{"kind":"Status"}',
  ]
) {
  Deno.test(`RestListerWatcher.list() rejects with TypeError when the response is ${body}`, async () => {
    const { message } = await assertRejects(
      () => podsAnswered(body).list({}),
      TypeError,
      "Cannot read the response to GET https://host/api/v1/pods",
    );
    assertStringIncludes(message, `'${body}'`);
  });
}

Deno.test("RestListerWatcher.list() shows only the start of a response that is not a list", async () => {
  const { message } = await assertRejects(
    () => podsAnswered("x".repeat(100_000)).list({}),
    SyntaxError,
  );
  assertStringIncludes(message, `'${"x".repeat(80)}…'`);
  assert(message.length < 300);
});

for (
  const body of [
    `you sent ${TOKEN}`,
    `${"x".repeat(60)}${TOKEN}`,
    `you sent ${TOKEN.slice(0, 20)}`,
    `${" ".repeat(4_080)}${TOKEN}`,
    JSON.stringify({ said: TOKEN }),
  ]
) {
  Deno.test(`RestListerWatcher.list() shows no credential when the response is ${JSON.stringify(body.trim())}`, async () => {
    const error = await assertRejects(() => podsAnswered(body).list({}));
    assertFalse(Deno.inspect(error).includes(TOKEN.slice(0, 10)));
  });
}

for (const space of [undefined, 2]) {
  Deno.test(`RestListerWatcher.list() leaves managedFields out with dropManagedFields, indented by ${space}`, async () => {
    const metadata = { name: "a", managedFields: [{ "f:x": {} }], uid: "1" };
    const list = { ...POD_LIST, items: [{ metadata }, { metadata }] };
    const pods = new RestListerWatcher({
      server: "https://host",
      path: "/api/v1/pods",
      fetch: answering(JSON.stringify(list, null, space)).fetch,
      dropManagedFields: true,
    });
    const pod = { ...POD, metadata: { name: "a", uid: "1" } };
    assertEquals((await pods.list({})).items, [pod, pod]);
  });
}
