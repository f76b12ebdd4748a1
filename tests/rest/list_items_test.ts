// The items of a list that are parsed one by one, or when they are looked at,
// against `JSON.parse`: nothing but the time of parsing may tell them apart.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import {
  IndexerInformerWatcher,
  type KubernetesList,
  RestListerWatcher,
} from "../../mod.ts";
import fc from "fast-check";
import { inspect } from "node:util";
import { Redactor } from "../../internal/redactor.ts";
import { BodyBytes } from "../../rest/_body_bytes.ts";
import type { ResponseBody } from "../../rest/_response_body.ts";
import { ListParser, type ParseListOptions } from "../../rest/_list_body.ts";
import { identityOfEvent, itemEventsOf } from "../../api/_untrusted.ts";
import { KnownItems } from "../../api/_known_identity.ts";
import { identityOfObject } from "../../api/_untrusted.ts";
import { Members, metadata, value, write } from "../support/random_json.ts";
import { withoutManagedFields } from "../support/random_json.ts";

const encoder = new TextEncoder();

/** How a body comes. */
interface Arrival extends ParseListOptions {
  /** The size of the next block, if the last one had so many bytes. */
  blockAfter?: (size: number) => number;
  /** Whether its blocks are taken one by one. */
  inParts?: boolean;
}

function parse(
  text: string | Uint8Array,
  { blockAfter = (size) => size * 3, inParts = false, ...options }: Arrival,
) {
  const all = typeof text === "string"
    ? encoder.encode(text)
    : new Uint8Array(text);
  const body: ResponseBody = {
    bytes: new BodyBytes(),
    request: "GET https://host/api/v1/pods",
    redactor: new Redactor(new Headers()),
    parse: (text) => JSON.parse(text),
  };
  const parser = new ListParser(options);
  for (let at = 0, size = 33; at < all.length; at += size) {
    size = blockAfter(size);
    body.bytes.append(all.slice(at, at + size));
    if (inParts) parser.take(body);
  }
  return parser.finish(body);
}

/** The list, or the message of the error. */
function outcome(
  text: string | Uint8Array,
  options: Arrival,
): KubernetesList | string {
  try {
    return structuredClone(parse(text, options));
  } catch (error) {
    assertInstanceOf(error, Error);
    return error.message;
  }
}

const WAYS: Arrival[] = [
  { lazyItems: true },
  { dropManagedFields: true },
  { lazyItems: true, dropManagedFields: true },
].flatMap((way) => [way, { ...way, inParts: true }]);

/** Fails if a list is not what it is when it is parsed at once. */
function assertExact(text: string | Uint8Array): void {
  const plain = outcome(text, {});
  const trimmed = typeof plain === "string"
    ? plain
    : { ...plain, items: plain.items.map(withoutManagedFields) };
  for (const options of WAYS) {
    const expected = options.dropManagedFields ? trimmed : plain;
    assertEquals(outcome(text, options), expected, String(text));
  }
}

const MANAGED_FIELDS = [{
  manager: "kubelet",
  fieldsV1: { 'k:{"type":"Ready"}': { ".": {} } },
}];

function pod(name: string, more: object = {}): object {
  return {
    metadata: {
      name,
      namespace: "default",
      uid: `uid-of-${name}`,
      resourceVersion: "7",
      labels: { app: 'a "quoted" \\ name' },
      managedFields: MANAGED_FIELDS,
    },
    spec: {
      template: { metadata: { name: "nested", managedFields: [{}] } },
      claims: [{ metadata: { name: "a" } }, { metadata: { name: "b" } }],
    },
    ...more,
  };
}

function listOf(items: unknown, more: object = {}): object {
  return {
    kind: "PodList",
    apiVersion: "v1",
    metadata: { resourceVersion: "7", continue: "", managedFields: "kept" },
    items,
    ...more,
  };
}

const MANY = Array.from({ length: 300 }, (_, number) => pod(`pod-${number}`));

const LISTS: [what: string, list: object][] = [
  ["pods", listOf([pod("a"), pod("b"), pod("c")])],
  ["one pod", listOf([pod("a")])],
  ["nothing", listOf([])],
  ["null", listOf(null)],
  ["items of other types", listOf([{ kind: "A", ...pod("a") }, pod("b")])],
  ["items that have their types first", {
    ...listOf([
      { apiVersion: "a/v1", kind: "A", ...pod("a") },
      { apiVersion: "a/v1", kind: "A", ...pod("b") },
    ]),
  }],
  ["text that is not ASCII", listOf([pod("a", { text: "é🎈" }), pod("b")])],
  ["items without metadata", listOf([{ data: 1 }, pod("b")])],
  ["items that are not objects", listOf([pod("a"), 7])],
  ["items without managedFields", listOf([{ metadata: { name: "a" } }])],
  ["items before the rest", { items: [pod("a")], kind: "PodList" }],
  ["a list in an item", listOf([pod("a", { list: listOf([pod("b")]) })])],
  ["more than a window holds", listOf(MANY)],
  [
    "an item that no window holds",
    listOf([pod("a"), pod("b", { text: "x".repeat(600_000) }), pod("c")]),
  ],
  [
    "more than a window holds, not in ASCII",
    listOf(MANY.map((item) => ({ ...item, text: "é".repeat(500) }))),
  ],
  ["something after the items", listOf([pod("a")], { more: { items: [] } })],
];

for (const [what, list] of LISTS) {
  Deno.test(`ListParser returns the same in every way for a list of ${what}`, () => {
    assertExact(JSON.stringify(list));
    assertExact(`${JSON.stringify(list)}\n`);
    assertExact(JSON.stringify(list, null, 1));
  });
}

const MALFORMED: [what: string, text: string][] = [
  ["items twice", '{"items":[{"metadata":{"name":"a"}}],"items":[]}'],
  ["a comma too many", '{"items":[{"metadata":{"name":"a"}},]}'],
  ["something after the list", `${JSON.stringify(listOf([pod("a")]))}{}`],
  ["no list", '{"kind":"Status","metadata":{}}'],
  ["nothing", ""],
  ["metadata twice", '{"items":[{"metadata":{},"metadata":{"name":"a"}}]}'],
];

for (const [what, text] of MALFORMED) {
  Deno.test(`ListParser does the same in every way when there is ${what}`, () => {
    assertExact(text);
  });
}

Deno.test("ListParser does the same in every way for a list that is cut at any byte", () => {
  const bytes = encoder.encode(
    JSON.stringify(listOf([pod("a"), pod("b", { text: "é" })])),
  );
  for (let end = 0; end < bytes.length; end++) {
    assertExact(bytes.subarray(0, end));
  }
});

for (const size of [1, 7, 4096, 65_535, 65_536, 65_537, 262_144]) {
  Deno.test(`ListParser returns the same for a list that comes in blocks of ${size} bytes`, () => {
    const text = JSON.stringify(
      listOf(MANY.map((item) => ({ ...item, text: 'é"'.repeat(250) }))),
    );
    assert(text.length > 262_144);
    const whole = outcome(text, {});
    for (const last of ["", "{}"]) {
      assertEquals(
        outcome(text + last, {
          lazyItems: true,
          inParts: true,
          blockAfter: () => size,
        }),
        last === "" ? whole : outcome(text + last, {}),
      );
    }
  });
}

Deno.test("ListParser returns the same for a large list that is cut at any place near the end of a window", () => {
  const bytes = encoder.encode(JSON.stringify(listOf(MANY)));
  for (const window of [65_536, 131_072]) {
    for (let end = window - 300; end < window + 300; end += 7) {
      const cut = bytes.subarray(0, end);
      const way = { lazyItems: true, inParts: true, blockAfter: () => 1000 };
      assertEquals(outcome(cut, way), outcome(cut, {}));
    }
  }
});

for (const options of [{ lazyItems: true }, { dropManagedFields: true }]) {
  Deno.test(`ListParser takes items before the body is complete with ${Object.keys(options)}`, () => {
    const bytes = encoder.encode(JSON.stringify(listOf(MANY)));
    const body: ResponseBody = {
      bytes: new BodyBytes([bytes.subarray(0, 100_000)]),
      request: "GET https://host/api/v1/pods",
      redactor: new Redactor(new Headers()),
      parse: (text) => JSON.parse(text),
    };
    const parser = new ListParser(options);
    parser.take(body);
    // What has been taken is not read again.
    bytes.fill(0, 1_000, 60_000);
    body.bytes.append(bytes.slice(100_000));
    assertEquals(parser.finish(body).items.length, MANY.length);
  });
}

Deno.test("RestListerWatcher.list() parses items while the rest of the body comes, with dropManagedFields", async () => {
  const items = [...MANY, ...MANY, ...MANY];
  const bytes = encoder.encode(JSON.stringify(listOf(items)));
  const parsed = Promise.withResolvers<void>();
  const { parse } = JSON;
  JSON.parse = (text) => {
    parsed.resolve();
    return parse(text);
  };
  const pods = new RestListerWatcher({
    server: "https://host",
    path: "/api/v1/pods",
    dropManagedFields: true,
    fetch: () =>
      Promise.resolve(
        new Response(
          new ReadableStream({
            async start(controller) {
              controller.enqueue(bytes.slice(0, -10));
              await parsed.promise;
              controller.enqueue(bytes.slice(-10));
              controller.close();
            },
          }),
        ),
      ),
  });
  try {
    assertEquals((await pods.list({})).items.length, items.length);
  } finally {
    JSON.parse = parse;
  }
});

Deno.test("ListParser does the same in every way for bytes that are not UTF-8", () => {
  const list = listOf([pod("a~", { text: "~" }), pod("b")], { last: "~" });
  const bytes = encoder.encode(JSON.stringify(list));
  assertExact(bytes.map((byte) => byte === 0x7e ? 0xff : byte));
});

Deno.test("ListParser returns the same in every way for random lists", () => {
  let lazy = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(metadata, value, value), { maxLength: 4 }),
      fc.constantFrom("", "", " "),
      fc.boolean(),
      (items, space, escaped) => {
        const list = new Members([["kind", "PodList"], [
          "items",
          items.map(([metadata, spec, status]) =>
            new Members([
              ["metadata", metadata],
              ["spec", spec],
              ["status", status],
            ])
          ),
        ]]);
        const text = write(list, escaped, space);
        if (KnownItems.of(parse(text, { lazyItems: true })) !== undefined) {
          lazy++;
        }
        assertExact(text);
      },
    ),
    { numRuns: 2_000 },
  );
  assert(lazy > 100, `only ${lazy} lists were not parsed at once`);
});

Deno.test("ListParser says whose items they are before they are looked at", () => {
  const list = parse(JSON.stringify(listOf([pod("a"), pod("é")])), {
    lazyItems: true,
  });
  const identities = itemEventsOf(list).map(identityOfEvent);
  assert(KnownItems.of(list) !== undefined);
  assertEquals(identities, list.items.map(identityOfObject));
  assertEquals(KnownItems.of(list), undefined);
});

const COPIES: [what: string, copy: (list: object) => unknown][] = [
  ["spread", (list) => ({ ...list })],
  ["cloned", (list) => structuredClone(list)],
  ["serialized", (list) => JSON.parse(JSON.stringify(list))],
  ["assigned", (list) => Object.assign({}, list)],
  ["printed", (list) => inspect(list, { depth: 9 })],
  ["printed by Deno", (list) => Deno.inspect(list, { depth: 9 })],
  ["listed by key", (list) => Object.entries(list)],
];

for (const [what, copy] of COPIES) {
  Deno.test(`ListParser returns a list that is plain when it is ${what}`, () => {
    const text = JSON.stringify(listOf([pod("a"), pod("b")]));
    assertEquals(
      copy(parse(text, { lazyItems: true })),
      copy(parse(text, {})),
    );
  });
}

Deno.test("ListParser returns the same items at each look", () => {
  const list = parse(JSON.stringify(listOf([pod("a")])), { lazyItems: true });
  const [event] = itemEventsOf(list);
  assert(list.items === list.items);
  assert(list.items[0] === event?.object);
});

Deno.test("ListParser throws at the look at an item that is not JSON, and names it", () => {
  const text = JSON.stringify(listOf([pod("a"), pod("b", { bad: "?" })]))
    .replace('"bad":"?"', '"bad":nonsense');
  assertThrows(() => parse(text, {}), SyntaxError, "it is not JSON");
  const list = parse(text, { lazyItems: true });
  const [a, b] = itemEventsOf(list);
  assertEquals(a?.object.metadata?.name, "a");
  for (const look of [() => b?.object, () => list.items]) {
    assertThrows(
      look,
      SyntaxError,
      "Cannot read the response to GET https://host/api/v1/pods: the object default/b at resource version 7 is not valid JSON",
    );
  }
});

for (const pageSize of [0, 2]) {
  Deno.test(`IndexerInformerWatcher does not parse the items of a list before they are looked at, in pages of ${pageSize}`, async () => {
    const bad = JSON.stringify(listOf([pod("a"), pod("b", { bad: "?" })]))
      .replace('"bad":"?"', '"bad":nonsense');
    const pods = new RestListerWatcher({
      server: "https://host",
      path: "/api/v1/pods",
      fetch: (url) =>
        Promise.resolve(
          new Response(url.includes("watch=") ? new ReadableStream() : bad),
        ),
    });
    await using informer = new IndexerInformerWatcher(pods, {
      watchList: false,
      pageSize,
    });
    await informer.controller.synced;
    const { indexer } = informer;
    assertEquals(indexer.listKeys(), ["default/a", "default/b"]);
    assertEquals(indexer.getByKey("default/a")?.kind, "Pod");
    assert(indexer.getByKey("default/a") === indexer.getByKey("default/a"));
    assertThrows(
      () => indexer.getByKey("default/b"),
      SyntaxError,
      "default/b at resource version 7 is not valid JSON",
    );
  });
}

Deno.test("IndexerInformerWatcher lists again when it looks at each item and one is not JSON", async () => {
  const bad = JSON.stringify(listOf([pod("b", { bad: "?" })]))
    .replace('"bad":"?"', '"bad":nonsense');
  const failed = Promise.withResolvers<unknown>();
  const pods = new RestListerWatcher({
    server: "https://host",
    path: "/api/v1/pods",
    fetch: () => Promise.resolve(new Response(bad)),
  });
  await using _informer = new IndexerInformerWatcher(pods, {
    watchList: false,
    indexers: { name: () => [] },
    onWatchError: failed.resolve,
  });
  assertInstanceOf(await failed.promise, SyntaxError);
});
