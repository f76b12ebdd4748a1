// The scanner against `JSON.parse`: whatever it finds must be what the parser
// finds, and it must find it in what an API server sends.

import { assert, assertEquals, assertExists } from "@std/assert";
import fc from "fast-check";
import { identityOfObject } from "../../api/_untrusted.ts";
import {
  type Extent,
  scanEvent,
  scanItem,
  type Source,
} from "../../rest/_scanner.ts";
import {
  IDENTITY_FIELDS,
  Members,
  object,
  text,
  value,
  withoutManagedFields,
  write,
} from "../support/random_json.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function sourceOf(text: string): Source {
  const bytes = encoder.encode(text);
  return { bytes, ascii: bytes.length === text.length ? text : undefined };
}

/**
 * What is found in a line, as values; undefined if the scanner declines. With
 * `before` of ASCII only, the line may be searched as text.
 */
function scan(line: string, before = "before\n"): Found | undefined {
  const source = sourceOf(`${before}${line}\n{"after":"it"}`);
  const { bytes } = source;
  const start = encoder.encode(before).length;
  const end = start + encoder.encode(line).length;
  const scanned = scanEvent(source, start, end);
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
  for (const before of ["before\n", "é before\n"]) {
    const found = scan(line, before);
    const event = parse(line);
    // What is wrong further down is for the parser to find.
    if (found === undefined || event === undefined) continue;
    const object = parseObject(found.object);
    const { type, object: expected } = Object(event);
    assertEquals({ type: found.type, object }, { type, object: expected });
    assertEquals(found.identity, identityOfObject(object), line);
    assertEquals(
      parseObject(found.trimmed),
      withoutManagedFields(object),
      line,
    );
  }
}

/** Other members of the event may follow its object. */
function parseObject(text: string): unknown {
  return parse(text) ?? Object(parse(`{"object":${text}}`)).object;
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
    "a uid twice",
    '{"type":"ADDED","object":{"metadata":{"name":"a","uid":"1","uid":"2"}}}',
  ],
  [
    "a name with a control character",
    '{"type":"ADDED","object":{"metadata":{"name":"a\tb"}}}',
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
    "a type twice, and something else after it",
    '{"type":"ADDED","object":{"metadata":{"name":"a"}},"type":"DELETED","b":{}}',
  ],
  [
    "a type twice, with an escape",
    '{"type":"ADDED","object":{"metadata":{"name":"a"}},"t\\u0079pe":"DELETED","b":{}}',
  ],
  [
    "metadata twice, after white space",
    '{"type":"ADDED","object":{"metadata":{"name":"a"}, "metadata":{"name":"b"}}}',
  ],
  [
    "an object with another member that is not an object",
    '{"type":"ADDED","object":{"metadata":{"name":"a"}},"more":[]}',
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
  const source = sourceOf(eventLine(POD));
  const { length } = source.bytes;
  assertExists(scanEvent(source, 0, length));
  for (let end = 0; end < length; end++) {
    assertEquals(scanEvent(source, 0, end), undefined, `cut at ${end}`);
  }
});

Deno.test("scanEvent() finds nothing that is JSON in a line of ASCII that is cut at any byte", () => {
  const metadata = { ...METADATA, labels: { app: "web" } };
  const line = eventLine({ ...POD, metadata });
  assertExists(scan(line));
  for (let end = 0; end < line.length; end++) {
    const found = scan(line.slice(0, end));
    assertEquals(found && parseObject(found.object), undefined, `at ${end}`);
  }
});

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

/** The source, and the place of the last byte that was read of it. */
function observed({ bytes, ascii }: Source): { source: Source; last: number } {
  const seen = {
    last: 0,
    source: {
      ascii,
      bytes: new Proxy(bytes, {
        get(target, name) {
          const place = typeof name === "string" ? Number(name) : NaN;
          if (place >= 0) seen.last = Math.max(seen.last, place);
          return Reflect.get(target, name, target);
        },
      }),
    },
  };
  return seen;
}

// After one read beyond the end, V8 takes three times as long for all of them.
for (const before of ["", "é"]) {
  Deno.test(`scanItem() reads no byte beyond a window that ends anywhere, after ${JSON.stringify(before)}`, () => {
    const items = sourceOf(`${before}${JSON.stringify([POD, POD])}`);
    const { length } = items.bytes;
    const start = encoder.encode(before).length + 1;
    assertExists(scanItem(items, start, length));
    for (let end = start + 20; end < length; end++) {
      const bytes = items.bytes.subarray(0, end);
      const ascii = items.ascii?.slice(0, end);
      const seen = observed({ bytes, ascii });
      scanItem(seen.source, start, end - 16);
      assert(seen.last < end, `${seen.last} of ${end}`);
    }
  });
}

Deno.test("scanEvent() reads no byte beyond the line", () => {
  for (const object of [POD, { ...POD, type: "Opaque" }]) {
    const seen = observed(sourceOf(eventLine(object)));
    const { length } = seen.source.bytes;
    assertExists(scanEvent(seen.source, 0, length));
    assertEquals(seen.last, length - 1);
  }
});
