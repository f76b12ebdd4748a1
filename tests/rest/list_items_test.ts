// The items of a list that are parsed one by one, or when they are looked at,
// against `JSON.parse`: nothing but the time of parsing may tell them apart.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import {
  type ChangeEvent,
  IndexerInformerWatcher,
  type KubernetesList,
  type KubernetesObject,
  metaNamespaceKey,
  RestListerWatcher,
} from "../../mod.ts";
import fc from "fast-check";
import { inspect } from "node:util";
import { Redactor } from "../../internal/redactor.ts";
import { BodyBytes } from "../../rest/_body_bytes.ts";
import { parseBody, type ResponseBody } from "../../rest/_response_body.ts";
import { ListParser } from "../../rest/_list_body.ts";
import { isList, setItemTypes } from "../../rest/_item_types.ts";
import { identityOfEvent, itemEventsOf } from "../../api/_untrusted.ts";
import { KnownIdentity, KnownItems } from "../../api/_known_identity.ts";
import { identityOfObject } from "../../api/_untrusted.ts";
import { Members, metadata, value, write } from "../support/random_json.ts";
import { withoutManagedFields } from "../support/random_json.ts";

const encoder = new TextEncoder();

/** How a body comes, and what is made of it. */
interface Arrival {
  dropManagedFields?: boolean;
  /** Whether items are taken ahead, and then whether they are parsed lazily. */
  lazily?: boolean | undefined;
  /** The size of the next block, if the last one had so many bytes. */
  blockAfter?: (size: number) => number;
  /** Whether its blocks are taken one by one. */
  inParts?: boolean;
}

function parseBoth(
  text: string | Uint8Array,
  { blockAfter = (size) => size * 3, inParts = false, ...options }: Arrival,
) {
  const { dropManagedFields, lazily } = options;
  const all = bytesOf(text);
  const body = bodyOf(new BodyBytes());
  const ahead = new Ahead(lazily ?? false);
  const parser = new ListParser({
    dropManagedFields,
    ahead: lazily === undefined ? undefined : ahead,
  });
  for (let at = 0, size = 33; at < all.length; at += size) {
    size = blockAfter(size);
    body.bytes.append(all.slice(at, at + size));
    if (inParts) parser.take(body);
  }
  return { list: parser.finish(body), ahead };
}

function parse(text: string | Uint8Array, arrival: Arrival): KubernetesList {
  return parseBoth(text, arrival).list;
}

/** Takes items ahead of their list. */
class Ahead {
  readonly lazily: boolean;
  readonly #events: ChangeEvent<KubernetesObject>[] = [];
  #head: KubernetesList | undefined;

  constructor(lazily: boolean) {
    this.lazily = lazily;
  }

  readonly start = (list: KubernetesList) => {
    this.#head = structuredClone(list);
    return (event: ChangeEvent<KubernetesObject>) => {
      this.#events.push(event);
    };
  };

  get count(): number {
    return this.#events.length;
  }

  assertHasAllOf(list: KubernetesList): void {
    if (this.#head === undefined) return assertEquals(this.count, 0);
    const { items, ...rest } = this.#head;
    assertEquals(items, []);
    assertEquals({ ...structuredClone(list), ...rest }, structuredClone(list));
    const events = itemEventsOf(list);
    assertEquals(this.count, events.length);
    this.#events.forEach(({ type, object }, index) => {
      assertEquals(type, "ADDED");
      assert(object === events[index]?.object);
    });
  }
}

function bytesOf(text: string | Uint8Array): Uint8Array<ArrayBuffer> {
  return typeof text === "string" ? encoder.encode(text) : new Uint8Array(text);
}

function bodyOf(bytes: BodyBytes): ResponseBody {
  return {
    bytes,
    request: "GET https://host/api/v1/pods",
    redactor: new Redactor(new Headers()),
    parse: (text) => JSON.parse(text),
  };
}

/** The list that is parsed as a whole, or the message of the error. */
function whole(text: string | Uint8Array): KubernetesList | string {
  return outcomeOf(() => {
    const bytes = new BodyBytes([bytesOf(text)]);
    const list = parseBody(bodyOf(bytes), isList, "list");
    list.items ??= [];
    setItemTypes(list);
    return list;
  });
}

/** The list, or the message of the error. */
function outcome(
  text: string | Uint8Array,
  arrival: Arrival,
): KubernetesList | string {
  return outcomeOf(() => {
    const { list, ahead } = parseBoth(text, arrival);
    ahead.assertHasAllOf(list);
    return list;
  });
}

function outcomeOf(parse: () => KubernetesList): KubernetesList | string {
  try {
    return structuredClone(parse());
  } catch (error) {
    assertInstanceOf(error, Error);
    return error.message;
  }
}

const WAYS: Arrival[] = [undefined, false, true].flatMap((lazily) => [
  { lazily },
  { lazily, dropManagedFields: true },
]).flatMap((way) => [way, { ...way, inParts: true }]);

/** Fails if a list is not what it is when it is parsed at once. */
function assertExact(text: string | Uint8Array): void {
  const plain = whole(text);
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

Deno.test("ListParser returns the same in every way for a list of nothing whose closing bracket is beyond the first window", () => {
  const [before = "", after = ""] = JSON.stringify(listOf([])).split("[]");
  for (const spaces of [65_535, 65_536, 70_000, 200_000]) {
    assertExact(`${before}[${" ".repeat(spaces - before.length)}]${after}`);
  }
  const head = `{"pad":"${"x".repeat(65_517)}","items":[`;
  assertEquals(head.length, 65_536);
  assertExact(`${head}]}`);
  assertExact(`${head}${JSON.stringify(pod("a"))}]}`);
});

Deno.test("ListParser returns the same in every way for items that have their metadata twice", () => {
  const metadata = '"metadata":{"name":"a","managedFields":[{}],"uid":"1"}';
  const items = `[{${metadata},${metadata}},{${metadata}}]`;
  assertExact(`{"kind":"PodList","items":${items}}`);
});

Deno.test("ListParser.take() does not search all of a window for each item where each begins differently", () => {
  const search = String.prototype.indexOf;
  /** How often is searched for the next item. */
  const searches = (count: number) => {
    const large = `{"metadata":{"name":"a"},"s":"${"x".repeat(30 * count)}"}`;
    const items = Array.from(
      { length: count },
      (_, at) => `{"a${at}":1,"metadata":{"name":"b"}}`,
    );
    let calls = 0;
    String.prototype.indexOf = function (what, at) {
      calls++;
      return search.call(this, what, at);
    };
    try {
      const list = parse(`{"items":[${[large, ...items].join(",")}]}`, {});
      assertEquals(list.items.length, count + 1);
    } finally {
      String.prototype.indexOf = search;
    }
    return calls;
  };
  assert(searches(4000) < 300 * 4000);
});

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
    const expected = whole(text);
    for (const last of ["", "{}"]) {
      assertEquals(
        outcome(text + last, {
          lazily: true,
          inParts: true,
          blockAfter: () => size,
        }),
        last === "" ? expected : whole(text + last),
      );
    }
  });
}

Deno.test("ListParser returns the same for a large list that is cut at any place near the end of a window", () => {
  const bytes = encoder.encode(JSON.stringify(listOf(MANY)));
  for (const window of [65_536, 131_072]) {
    for (let end = window - 300; end < window + 300; end += 7) {
      const cut = bytes.subarray(0, end);
      const way = { lazily: true, inParts: true, blockAfter: () => 1000 };
      assertEquals(outcome(cut, way), whole(cut));
    }
  }
});

for (const lazily of [false, true]) {
  Deno.test(`ListParser takes items before the body is complete, lazily: ${lazily}`, () => {
    const bytes = encoder.encode(JSON.stringify(listOf(MANY)));
    const body = bodyOf(new BodyBytes([bytes.subarray(0, 100_000)]));
    const ahead = new Ahead(lazily);
    const parser = new ListParser({ ahead });
    parser.take(body);
    const taken = ahead.count;
    assert(taken > 0 && taken < MANY.length);
    // What has been taken is not read again.
    bytes.fill(0, 1_000, 60_000);
    body.bytes.append(bytes.slice(100_000));
    const list = parser.finish(body);
    assertEquals(list.items.length, MANY.length);
    ahead.assertHasAllOf(list);
  });
}

Deno.test("ListParser does not keep what it has taken of the body", () => {
  const bytes = new BodyBytes();
  const parser = new ListParser();
  const items = [...MANY, ...MANY, ...MANY];
  const text = encoder.encode(JSON.stringify(listOf(items)));
  const size = 20_000;
  let reused = 0;
  for (let at = 0; at < text.length; at += size) {
    const block = bytes.reuse(size) ?? new Uint8Array(size);
    if (block.some((byte) => byte !== 0)) reused++;
    const part = text.slice(at, at + size);
    block.set(part);
    bytes.append(block.subarray(0, part.length));
    parser.take(bodyOf(bytes));
  }
  assert(reused > 5, `only ${reused} blocks were filled again`);
  assertEquals(parser.finish(bodyOf(bytes)).items.length, items.length);
});

Deno.test("ListParser does not call who has thrown at an item again", () => {
  const body = bodyOf(
    new BodyBytes([
      encoder.encode(JSON.stringify(listOf([pod("a"), pod("b"), pod("c")]))),
    ]),
  );
  const seen: unknown[] = [];
  const list = new ListParser({
    ahead: {
      lazily: false,
      start: () => ({ object }) => {
        seen.push(object.metadata?.name);
        if (seen.length === 2) throw new Error("no");
      },
    },
  }).finish(body);
  assertEquals(seen, ["a", "b"]);
  assertEquals(list.items.length, 3);
});

Deno.test("ListParser gives no items ahead if the list says its version after them", () => {
  const { list, ahead } = parseBoth(
    '{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"a"}}],"metadata":{"resourceVersion":"7"}}',
    { lazily: true },
  );
  assertEquals(ahead.count, 0);
  assertEquals(list.items.length, 1);
});

for (
  const again of [
    '"kind":"OtherList"',
    '"apiVersion":"v2"',
    '"metadata":{"resourceVersion":"8"}',
  ]
) {
  Deno.test(`ListParser rejects a list that has given its items ahead if ${again} follows them`, () => {
    const text = JSON.stringify(listOf([pod("a"), { data: 1 }]));
    for (const lazily of [false, true]) {
      assertThrows(
        () => parse(`${text.slice(0, -1)},${again}}`, { lazily }),
        TypeError,
        "it is not a list",
      );
    }
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
        if (KnownItems.of(parse(text, { lazily: true })) !== undefined) {
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
  const list = parse(
    JSON.stringify(
      listOf([pod("a"), pod("é"), { metadata: { name: "a-node" } }]),
    ),
    {
      lazily: true,
    },
  );
  const identities = itemEventsOf(list).map(identityOfEvent);
  assert(KnownItems.of(list) !== undefined);
  const keys = itemEventsOf(list).map((event) =>
    KnownIdentity.unparsed(event)?.key
  );
  assertEquals(identities, list.items.map(identityOfObject));
  assertEquals(keys, list.items.map(metaNamespaceKey));
  assertEquals(KnownItems.of(list), undefined);
});

for (const first of ["metadata", "spec", "everything"]) {
  Deno.test(`the view of an item looks like the item, ${first} first`, () => {
    let views = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(metadata, value), { maxLength: 3 }),
        fc.boolean(),
        fc.boolean(),
        (items, escaped, dropManagedFields) => {
          const list = new Members([
            [
              "items",
              items.map(([metadata, spec]) =>
                new Members([["metadata", metadata], ["spec", spec]])
              ),
            ],
          ]);
          const text = write(list, escaped, "");
          const { list: parsed } = parseBoth(text, {
            lazily: true,
            dropManagedFields,
          });
          for (const event of KnownItems.of(parsed) ?? []) {
            const view = KnownIdentity.unparsed(event)?.view;
            if (view === undefined) continue;
            views++;
            if (first === "metadata") {
              assertEquals(view.metadata, view.metadata);
              assert(view.metadata === view.metadata);
              assertEquals(view.metadata, event.object.metadata);
            }
            if (first === "spec") {
              const spec: unknown = Reflect.get(event.object, "spec");
              assertEquals(Reflect.get(view, "spec"), spec);
            }
            assertEquals({ ...view }, event.object);
            assertEquals(Object.keys(view), Object.keys(event.object));
            assertEquals(JSON.stringify(view), JSON.stringify(event.object));
            assertEquals("spec" in view, "spec" in event.object);
            assertEquals(view, event.object);
          }
        },
      ),
      { numRuns: 500 },
    );
    assert(views > 50, `only ${views} views`);
  });
}

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
      copy(parse(text, { lazily: true })),
      copy(parse(text, {})),
    );
  });
}

Deno.test("ListParser returns the same items at each look", () => {
  const list = parse(JSON.stringify(listOf([pod("a")])), { lazily: true });
  const [event] = itemEventsOf(list);
  assert(list.items === list.items);
  assert(list.items[0] === event?.object);
});

Deno.test("ListParser throws at the look at an item that is not JSON, and names it", () => {
  const text = JSON.stringify(listOf([pod("a"), pod("b", { bad: "?" })]))
    .replace('"bad":"?"', '"bad":nonsense');
  assertThrows(() => parse(text, {}), SyntaxError, "it is not JSON");
  const list = parse(text, { lazily: true });
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

/** Pods whose lists are answered with these bodies, and watches with silence. */
function podsListedAs(
  list: () => BodyInit,
  options: { dropManagedFields?: boolean } = {},
): RestListerWatcher {
  return new RestListerWatcher({
    ...options,
    server: "https://host",
    path: "/api/v1/pods",
    fetch: (url) =>
      Promise.resolve(
        new Response(url.includes("watch=") ? new ReadableStream() : list()),
      ),
  });
}

for (const pageSize of [0, 2]) {
  Deno.test(`IndexerInformerWatcher does not parse the items of a list before they are looked at, in pages of ${pageSize}`, async () => {
    const bad = JSON.stringify(listOf([pod("a"), pod("b", { bad: "?" })]))
      .replace('"bad":"?"', '"bad":nonsense');
    const pods = podsListedAs(() => bad);
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

for (
  const [what, options] of [
    ["a transform", { transform: (object: KubernetesObject) => object }],
    ["an index that looks at it", {
      indexers: { bad: (object: KubernetesObject) => Object.keys(object) },
    }],
  ] as const
) {
  Deno.test(`IndexerInformerWatcher lists again if an item is not JSON and there is ${what}`, async () => {
    const good = JSON.stringify(listOf([pod("b", { bad: "?" })]));
    const bad = good.replace('"bad":"?"', '"bad":nonsense');
    const failed: unknown[] = [];
    let lists = 0;
    const pods = podsListedAs(() => ++lists === 1 ? bad : good);
    await using informer = new IndexerInformerWatcher(pods, {
      ...options,
      watchList: false,
      minBackoffMs: 0,
      onWatchError: (error) => failed.push(error),
    });
    await informer.controller.synced;
    assertEquals([failed.length, lists], [1, 2]);
    assertInstanceOf(failed[0], SyntaxError);
  });
}

Deno.test("IndexerInformerWatcher parses only the metadata of items for an index that looks at nothing else", async () => {
  const bad = JSON.stringify(listOf([pod("a", { bad: "?" }), pod("b")]))
    .replace('"bad":"?"', '"bad":nonsense');
  const pods = podsListedAs(() => bad, { dropManagedFields: true });
  await using informer = new IndexerInformerWatcher(pods, {
    watchList: false,
    indexers: {
      label: ({ metadata }) => Object.values(metadata?.labels ?? {}),
      fields: ({ metadata }) => Object.keys(metadata ?? {}),
    },
  });
  await informer.controller.synced;
  const { indexer } = informer;
  assertEquals(
    indexer.indexKeys("label", 'a "quoted" \\ name'),
    ["default/a", "default/b"],
  );
  assertEquals(indexer.indexKeys("fields", "managedFields"), []);
  assertEquals(indexer.indexKeys("fields", "uid").length, 2);
});

for (
  const [what, copy] of [
    ["clones", (object: KubernetesObject) => structuredClone(object)],
    ["freezes", (object: KubernetesObject) => ({ ...Object.freeze(object) })],
  ] as const
) {
  Deno.test(`IndexerInformerWatcher calls an index function that ${what} objects with the object itself`, async () => {
    const list = JSON.stringify(listOf([pod("a"), pod("b")]));
    const pods = podsListedAs(() => list);
    const failed: unknown[] = [];
    await using informer = new IndexerInformerWatcher(pods, {
      watchList: false,
      onWatchError: (error) => failed.push(error),
      indexers: { name: (object) => [copy(object).metadata?.name ?? ""] },
    });
    await informer.controller.synced;
    assertEquals(informer.indexer.indexKeys("name", "a"), ["default/a"]);
    assertEquals(failed, []);
  });
}

/** A body that stops after a part of it, until it is told to go on. */
function pausedBody(
  bytes: Uint8Array,
  rest: Promise<unknown>,
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      controller.enqueue(bytes.slice(0, -10));
      try {
        await rest;
        controller.enqueue(bytes.slice(-10));
        controller.close();
      } catch (error) {
        controller.error(error);
      }
    },
  });
}

const MANY_BLOCKS = encoder.encode(
  JSON.stringify(listOf(
    Array.from({ length: 1500 }, (_, number) => pod(`pod-${number}`)),
  )),
);

Deno.test("IndexerInformerWatcher transforms items while the list comes, and stores them when it is complete", async () => {
  const begun = Promise.withResolvers<void>();
  const rest = Promise.withResolvers<void>();
  const pods = podsListedAs(() => pausedBody(MANY_BLOCKS, rest.promise));
  let transformed = 0;
  await using informer = new IndexerInformerWatcher(pods, {
    watchList: false,
    transform: (object) => {
      transformed++;
      begun.resolve();
      return object;
    },
  });
  await begun.promise;
  assertEquals(informer.indexer.size, 0);
  assert(transformed < 1500);
  rest.resolve();
  await informer.controller.synced;
  assertEquals([informer.indexer.size, transformed], [1500, 1500]);
  assertEquals(informer.indexer.getByKey("default/pod-7")?.kind, "Pod");
});

Deno.test("IndexerInformerWatcher drops what it has taken of a list that breaks off", async () => {
  const failed = Promise.withResolvers<void>();
  const broken = Promise.reject(new TypeError("connection reset"));
  broken.catch(() => {});
  let lists = 0;
  const pods = podsListedAs(() =>
    ++lists === 1
      ? pausedBody(MANY_BLOCKS, broken)
      : JSON.stringify(listOf([pod("a")]))
  );
  await using informer = new IndexerInformerWatcher(pods, {
    watchList: false,
    minBackoffMs: 0,
    onWatchError: () => failed.resolve(),
  });
  await failed.promise;
  assertEquals(informer.indexer.size, 0);
  await informer.controller.synced;
  assertEquals(informer.indexer.listKeys(), ["default/a"]);
});

/** Changes what a `RestListerWatcher` returns. */
class Changed extends RestListerWatcher {
  override async list(
    options: Parameters<RestListerWatcher["list"]>[0],
  ): ReturnType<RestListerWatcher["list"]> {
    const list = await super.list(options);
    const isWanted = ({ metadata }: KubernetesObject) => metadata?.name !== "b";
    return { ...list, items: list.items.filter(isWanted) };
  }

  override async watch(
    options: Parameters<RestListerWatcher["watch"]>[0],
  ): ReturnType<RestListerWatcher["watch"]> {
    const events = await super.watch(options);
    return events.pipeThrough(
      new TransformStream({
        transform: (event, controller) => controller.enqueue({ ...event }),
      }),
    );
  }
}

for (const observer of [undefined, {}]) {
  Deno.test(`IndexerInformerWatcher stores what a source returns that extends RestListerWatcher, with the observer ${observer}`, async () => {
    const added = JSON.stringify({ type: "ADDED", object: pod("c") });
    const changed = new Changed({
      server: "https://host",
      path: "/api/v1/pods",
      fetch: (url) => {
        const body = url.includes("watch=")
          ? new ReadableStream<Uint8Array>({
            start: (controller) =>
              controller.enqueue(encoder.encode(`${added}\n`)),
          })
          : JSON.stringify(listOf([pod("a"), pod("b")]));
        return Promise.resolve(new Response(body));
      },
    });
    await using informer = new IndexerInformerWatcher(changed, {
      watchList: false,
      observer,
    });
    const names: unknown[] = [];
    for await (const { object } of informer.events) {
      names.push(object.metadata?.name);
      if (names.length === 2) break;
    }
    assertEquals(names, ["a", "c"]);
  });
}
