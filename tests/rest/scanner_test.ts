// The scanner against `JSON.parse`: whatever it finds must be what the parser
// finds, and it must find it in what an API server sends.

import { assert, assertEquals, assertExists } from "@std/assert";
import fc from "fast-check";
import { identityOfObject } from "../../api/_untrusted.ts";
import { cutManagedFields } from "../../rest/_managed_fields.ts";
import { type Extent, scanEvent } from "../../rest/_scanner.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const IDENTITY_FIELDS = [
  "name",
  "namespace",
  "uid",
  "resourceVersion",
] as const;

/** What is found in a line, as values; undefined if the scanner declines. */
function scan(line: string): Found | undefined {
  const before = "é before\n";
  const bytes = encoder.encode(`${before}${line}\n{"after":"it"}`);
  const start = encoder.encode(before).length;
  const end = start + encoder.encode(line).length;
  const scanned = scanEvent(bytes, start, end);
  if (scanned === undefined) return undefined;
  const { type, object } = scanned;
  const text = ({ start, end }: Extent) =>
    decoder.decode(bytes.subarray(start, end));
  const identity: Record<string, string> = {};
  for (const field of IDENTITY_FIELDS) {
    const extent = object[field];
    if (extent !== undefined && extent.end > extent.start) {
      identity[field] = text(extent);
    }
  }
  const { start: from, end: to, managedFields: cut } = object;
  return {
    type,
    identity,
    object: text(object),
    trimmed: cut === undefined
      ? text(object)
      : text({ start: from, end: cut.start }) +
        text({ start: cut.end, end: to }),
  };
}

interface Found {
  readonly type: string;
  readonly identity: object;
  /** The text of the object, with and without its `managedFields`. */
  readonly object: string;
  readonly trimmed: string;
}

/** What the parser finds in the same line. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Fails if something was found, and the parser finds something else. */
function assertExact(line: string): void {
  const found = scan(line);
  if (found === undefined) return;
  const event = parse(line);
  const object = parse(found.object);
  assertEquals(event, object && { type: found.type, object }, line);
  // What is wrong further down is for the parser to find.
  if (object === undefined) return;
  assertEquals(found.identity, identityOfObject(object), line);
  assertEquals(parse(found.trimmed), withoutManagedFields(object), line);
}

function withoutManagedFields(object: unknown): unknown {
  const copy = structuredClone(object);
  if (typeof copy !== "object" || copy === null) return copy;
  const metadata: unknown = Reflect.get(copy, "metadata");
  if (typeof metadata === "object" && metadata !== null) {
    Reflect.deleteProperty(metadata, "managedFields");
  }
  return copy;
}

const METADATA = {
  name: "web-0",
  namespace: "default",
  uid: "6f2f3c1e-0000-4000-8000-000000000000",
  resourceVersion: "1234",
  labels: { app: 'a "quoted" \\ name', é: "ü🎈", "": "" },
  annotations: { last: '{"metadata":{"name":"other"}}' },
  managedFields: [{ 'k:{"type":"Ready"}': { ".": {} } }, {}],
};

const POD = {
  kind: "Pod",
  apiVersion: "v1",
  metadata: METADATA,
  spec: { template: { metadata: { name: "nested" } }, list: [[], [{}], 1e9] },
  status: { conditions: [{ type: "Ready", object: { a: null } }], ok: true },
};

function eventLine(object: unknown, type = "ADDED"): string {
  return JSON.stringify({ type, object });
}

for (const type of ["ADDED", "MODIFIED", "DELETED"]) {
  Deno.test(`scanEvent() finds all of an event of type ${type}`, () => {
    const line = eventLine(POD, type);
    const found = scan(line);
    assertExists(found);
    assertEquals(found.type, type);
    assertEquals(found.identity, {
      name: "web-0",
      namespace: "default",
      uid: "6f2f3c1e-0000-4000-8000-000000000000",
      resourceVersion: "1234",
    });
    assertEquals(JSON.parse(found.object), POD);
    assertEquals(JSON.parse(found.trimmed), withoutManagedFields(POD));
  });
}

Deno.test("scanEvent() accepts a carriage return at the end of the line", () => {
  assertExists(scan(`${eventLine(POD)}\r`));
  assertEquals(scan(`${eventLine(POD)}\r\r`), undefined);
});

for (const place of [0, 1, 2]) {
  Deno.test(`scanEvent() leaves managedFields out at place ${place} of the metadata`, () => {
    const members = [["name", "a"], ["uid", "b"]];
    members.splice(place, 0, ["managedFields", "all of it"]);
    const found = scan(
      eventLine({ metadata: Object.fromEntries(members), data: {} }),
    );
    assertEquals(
      found?.trimmed,
      '{"metadata":{"name":"a","uid":"b"},"data":{}}',
    );
  });
}

Deno.test("scanEvent() leaves managedFields out if there is nothing else", () => {
  const found = scan(eventLine({ metadata: { managedFields: [] } }));
  assertEquals(found?.trimmed, '{"metadata":{}}');
});

const DECLINED: [what: string, line: string][] = [
  ["a bookmark", eventLine(POD, "BOOKMARK")],
  ["a Status", eventLine({ code: 410, metadata: { a: 1 } }, "ERROR")],
  ["a type that is not known", eventLine(POD, "RENAMED")],
  ["an object without metadata", eventLine({ data: {} })],
  ["metadata that is empty", eventLine({ metadata: {} })],
  ["metadata that is null", eventLine({ metadata: null })],
  ["metadata that is a list", eventLine({ metadata: [{ name: "a" }] })],
  ["a name that is a number", eventLine({ metadata: { name: 1 } })],
  ["a namespace that is null", eventLine({ metadata: { namespace: null } })],
  ["a uid with an escape", eventLine({ metadata: { uid: "\n" } })],
  ["a name in a list", eventLine({ metadata: { name: ["a"] } })],
  ["an object that is null", eventLine(null)],
  ["an object that is a list", eventLine([{ metadata: { name: "a" } }])],
  [
    "a key with an escape",
    '{"type":"ADDED","object":{"metadat\\u0061":{"name":"a"}}}',
  ],
  [
    "a nested key with an escape",
    '{"type":"ADDED","object":{"metadata":{"n\\u0061me":"a"}}}',
  ],
  [
    "metadata twice",
    '{"type":"ADDED","object":{"metadata":{"name":"a"},"metadata":{"name":"b"}}}',
  ],
  [
    "a name twice",
    '{"type":"ADDED","object":{"metadata":{"name":"a","name":"b"}}}',
  ],
  [
    "managedFields twice",
    '{"type":"ADDED","object":{"metadata":{"managedFields":1,"managedFields":2}}}',
  ],
  [
    "a type twice",
    '{"type":"ADDED","object":{"metadata":{"name":"a"}},"type":"DELETED"}',
  ],
  [
    "another member",
    '{"type":"ADDED","object":{"metadata":{"name":"a"}},"more":{}}',
  ],
  [
    "another object",
    '{"type":"ADDED","object":{"metadata":{"name":"a"}},"object":{"metadata":{"name":"b"}}}',
  ],
  ["the object first", '{"object":{"metadata":{"name":"a"}},"type":"ADDED"}'],
  ["white space", '{"type":"ADDED","object":{"metadata": {"name":"a"}}}'],
  ["no comma", '{"type":"ADDED","object":{"metadata":{"name":"a""uid":"b"}}}'],
  ["a comma too many", '{"type":"ADDED","object":{"metadata":{"name":"a",}}}'],
  [
    "a value that is missing",
    '{"type":"ADDED","object":{"metadata":{"name":"a"},"b":}}',
  ],
  [
    "something after the event",
    '{"type":"ADDED","object":{"metadata":{"name":"a"}}}x',
  ],
  ["nothing", ""],
];

for (const [what, line] of DECLINED) {
  Deno.test(`scanEvent() declines ${what}`, () => {
    assertEquals(scan(line), undefined);
  });
}

Deno.test("scanEvent() declines a line that is cut at any byte", () => {
  const bytes = encoder.encode(eventLine(POD));
  assertExists(scanEvent(bytes, 0, bytes.length));
  for (let end = 0; end < bytes.length; end++) {
    assertEquals(scanEvent(bytes, 0, end), undefined, `cut at ${end}`);
  }
});

/** Texts that look like what the scanner looks for, and any other. */
const text = fc.oneof(
  fc.constantFrom(
    ...IDENTITY_FIELDS,
    "metadata",
    "managedFields",
    "type",
    "object",
    "ADDED",
    "",
    '"',
    "\\",
    "\\u0061",
    '}},"type":"DELETED"',
    '{"name":"x"}',
    "é🎈\u2028\u0000",
    `${"long ".repeat(20)}\\"\\\\${"\\".repeat(5)}"`,
    "\\".repeat(65),
    "long ".repeat(20),
  ),
  fc.string({ unit: "binary", maxLength: 6 }),
);

const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    text,
    fc.constantFrom(null, true, 0, -1.5e-7, 1e21),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc.array(fc.tuple(text, tie("value")), { maxLength: 4 })
    .map((members) => new Members(members)),
})).value;

/** An object whose keys may come twice. */
class Members {
  constructor(readonly members: readonly (readonly [string, unknown])[]) {}
}

const metadata = fc.array(
  fc.oneof(
    {
      arbitrary: fc.tuple(fc.constantFrom(...IDENTITY_FIELDS), text),
      weight: 3,
    },
    fc.tuple(fc.constantFrom("managedFields", "labels"), value),
    fc.tuple(text, value),
  ),
  { maxLength: 6 },
).map((members) => new Members(members));

const object = fc.array(
  fc.oneof(
    { arbitrary: fc.tuple(fc.constant("metadata"), metadata), weight: 3 },
    fc.tuple(fc.constantFrom("kind", "spec", "status"), value),
    fc.tuple(text, value),
  ),
  { maxLength: 4 },
).map((members) => new Members(members));

const event = fc.oneof(
  {
    arbitrary: object.map((object) =>
      new Members([["type", "ADDED"], ["object", object]])
    ),
    weight: 4,
  },
  fc.tuple(object, text, value).map(([object, key, more]) =>
    new Members([["type", "MODIFIED"], ["object", object], [key, more]])
  ),
  fc.array(fc.tuple(text, fc.oneof(object, text)), { maxLength: 3 })
    .map((members) => new Members(members)),
);

/** Writes JSON in one of the many ways that it can be written. */
function write(value: unknown, escaped: boolean, space: string): string {
  const key = (text: string) =>
    escaped ? escapeAll(text) : JSON.stringify(text);
  if (value instanceof Members) {
    const members = value.members.map(([name, member]) =>
      `${key(name)}:${space}${write(member, escaped, space)}`
    );
    return `{${members.join(",")}}`;
  }
  if (!Array.isArray(value)) {
    return typeof value === "string" ? key(value) : JSON.stringify(value);
  }
  return `[${value.map((item) => write(item, escaped, space)).join(",")}]`;
}

function escapeAll(text: string): string {
  const escapes = Array.from(
    { length: text.length },
    (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`,
  );
  return `"${escapes.join("")}"`;
}

Deno.test("scanEvent() finds what JSON.parse() finds in random events", () => {
  let found = 0;
  fc.assert(
    fc.property(event, fc.constantFrom("", "", "", " "), (event, space) => {
      const line = write(event, false, space);
      if (scan(line) !== undefined) found++;
      assertExact(line);
      assertExact(write(event, true, space));
    }),
    { numRuns: 3_000 },
  );
  assert(found > 100, `only ${found} lines were not declined`);
});

Deno.test("scanEvent() finds what JSON.parse() finds where bytes of an event were replaced", () => {
  const line = Array.from(eventLine(POD));
  const piece = fc.constantFrom(
    ...'{}[]:,"\\ \n0a'.split(""),
    '"metadata":{',
    '"name":"x",',
    "",
  );
  fc.assert(
    fc.property(
      fc.nat(line.length),
      fc.nat(3),
      piece,
      (at, removed, piece) =>
        assertExact(line.toSpliced(at, removed, piece).join("")),
    ),
    { numRuns: 5_000 },
  );
});

const LIST = {
  kind: "PodList",
  apiVersion: "v1",
  metadata: { resourceVersion: "7", managedFields: "not an item's" },
  items: [POD, { metadata: { name: "b" } }, POD],
};

/** What is left of a list; undefined if the scanner declines. */
function cutList(text: string): unknown {
  const rest = cutManagedFields(encoder.encode(text));
  return rest && JSON.parse(decoder.decode(rest));
}

function withoutAnyManagedFields(list: { items: object[] }): unknown {
  return { ...list, items: list.items.map(withoutManagedFields) };
}

const LISTS: [what: string, list: { items: object[]; kind?: string }][] = [
  ["a list", LIST],
  ["a list without items", { ...LIST, items: [] }],
  ["items before the rest", { items: [POD, POD], kind: "PodList" }],
  ["items that have none", { items: [{ metadata: { name: "é" } }] }],
];

for (const [what, list] of LISTS) {
  Deno.test(`cutManagedFields() leaves it out of ${what}`, () => {
    const expected = withoutAnyManagedFields(list);
    assertEquals(cutList(JSON.stringify(list)), expected);
    assertEquals(cutList(`${JSON.stringify(list)}\n`), expected);
  });
}

const DECLINED_LISTS: [what: string, text: string][] = [
  ["no list", JSON.stringify({ code: 500, items: null })],
  ["an item that is not an object", '{"items":[1]}'],
  ["an item without metadata", '{"items":[{"data":{}}]}'],
  ["items twice", '{"items":[],"items":[]}'],
  ["white space", JSON.stringify(LIST, null, 1)],
  ["something after the list", `${JSON.stringify(LIST)}{}`],
  ["a comma too many", '{"items":[{"metadata":{"name":"a"}},]}'],
  ["nothing", ""],
];

for (const [what, text] of DECLINED_LISTS) {
  Deno.test(`cutManagedFields() declines ${what}`, () => {
    assertEquals(cutManagedFields(encoder.encode(text)), undefined);
  });
}

Deno.test("cutManagedFields() leaves nothing else out of random lists", () => {
  let cut = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(metadata, value), { maxLength: 3 }),
      (items) => {
        const list = new Members([[
          "items",
          items.map(([metadata, spec]) =>
            new Members([["metadata", metadata], ["spec", spec]])
          ),
        ]]);
        const text = write(list, false, "");
        const rest = cutList(text);
        if (rest === undefined) return;
        cut++;
        assertEquals(rest, withoutAnyManagedFields(JSON.parse(text)), text);
      },
    ),
    { numRuns: 2_000 },
  );
  assert(cut > 100, `only ${cut} lists were not declined`);
});
