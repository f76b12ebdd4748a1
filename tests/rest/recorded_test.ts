// What a real kube-apiserver has sent, as `tests/control_plane/record_objects.ts`
// recorded it, through the scanner and the decoders: whichever way it comes, and
// whether or not an object is looked at, the result is what `JSON.parse` returns.

import {
  assert,
  assertEquals,
  assertExists,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { identityOfObject } from "../../api/_untrusted.ts";
import {
  identityOf,
  type KubernetesList,
  RestListerWatcher,
  type RestListerWatcherOptions,
  type WatchEvent,
} from "../../mod.ts";
import { scanEvent, type Source } from "../../rest/_scanner.ts";
import { bytes, cut, FakeBody } from "../support/http_fakes.ts";

const EVENTS = await recorded("events.jsonl");
const LISTS = await recorded("lists.jsonl");

/** Those that the scanner takes on. */
const CHANGES = EVENTS.filter((line) =>
  /^\{"type":"(ADDED|MODIFIED|DELETED)"/.test(line)
);

/** One of each type, since all of their parts are decoded in the same way. */
const SHORTEST = ["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]
  .map((type) => shortest(EVENTS.filter((line) => line.includes(`"${type}"`))));

async function recorded(name: string): Promise<string[]> {
  const text = await Deno.readTextFile(
    new URL(`recorded/${name}`, import.meta.url),
  );
  return text.trimEnd().split("\n");
}

function shortest(lines: readonly string[]): string {
  return [...lines].sort((a, b) => a.length - b.length)[0] ?? "";
}

/** A source that is answered with these pieces. */
function answeredWith(
  pieces: readonly (Uint8Array<ArrayBuffer> | string)[],
  options: Partial<RestListerWatcherOptions> = {},
): RestListerWatcher {
  return new RestListerWatcher({
    server: "https://host",
    path: "/api/v1/pods",
    fetch: () =>
      Promise.resolve(new Response(new FakeBody("BYOB", pieces).stream)),
    ...options,
  });
}

async function eventsOf(
  pieces: readonly (Uint8Array<ArrayBuffer> | string)[],
  options?: Partial<RestListerWatcherOptions>,
): Promise<WatchEvent[]> {
  const events = await answeredWith(pieces, options)
    .watch({ resourceVersion: "1" });
  return await Array.fromAsync(events);
}

/** What a list or a watch gives for an object; they set missing types. */
function parsedList(body: string): KubernetesList {
  const list: KubernetesList = JSON.parse(body);
  const kind = list.kind?.replace(/List$/, "");
  return {
    ...list,
    items: list.items.map((item) => ({
      ...item,
      apiVersion: item.apiVersion ?? list.apiVersion,
      kind: item.kind ?? kind,
    })),
  };
}

function withoutManagedFields<V extends { metadata?: object | undefined }>(
  object: V,
): V {
  const copy = structuredClone(object);
  if (copy.metadata) Reflect.deleteProperty(copy.metadata, "managedFields");
  return copy;
}

function parsedEvent(line: string, dropManagedFields = false): WatchEvent {
  const event: WatchEvent = JSON.parse(line);
  if (!dropManagedFields || event.type === "ERROR") return event;
  return { ...event, object: withoutManagedFields(event.object) };
}

/** Longer lines are cut at every seventh byte: each cut costs their length. */
const LONG = 1_600;

/** The line again and again, each time in two pieces that are cut later. */
function cutEverywhere(line: string): Uint8Array<ArrayBuffer>[] {
  const whole = bytes(`${line}\n`);
  const step = whole.length > LONG ? 7 : 1;
  const repeated = new Uint8Array(whole.length * (whole.length / step | 0));
  const places: number[] = [];
  for (let at = 0; at < repeated.length; at += whole.length) {
    repeated.set(whole, at);
    places.push(at + places.length * step);
  }
  return cut(repeated, places);
}

/** What the scanner reads: bytes, and their text as well if it is ASCII. */
function sourcesOf(line: string): Source[] {
  const whole = bytes(line);
  const asBytes = { bytes: whole, ascii: undefined };
  return whole.length === line.length
    ? [asBytes, { bytes: whole, ascii: line }]
    : [asBytes];
}

Deno.test("scanEvent() finds all of every recorded change, and exactly that", () => {
  for (const line of CHANGES) {
    for (const source of sourcesOf(line)) {
      const scanned = scanEvent(source, 0, source.bytes.length);
      assertExists(scanned, line);
      const { type, object: { start, end, managedFields: cut } } = scanned;
      assertExists(cut, line);
      const part = (start: number, end: number) =>
        new TextDecoder().decode(source.bytes.subarray(start, end));
      const object = JSON.parse(part(start, end));
      assertEquals({ type, object }, parsedEvent(line));
      const trimmed = part(start, cut.start) + part(cut.end, end);
      assertEquals(
        { type, object: JSON.parse(trimmed) },
        parsedEvent(line, true),
      );
    }
  }
});

Deno.test("scanEvent() finds no object in a recorded event that is cut at any byte", () => {
  for (const line of EVENTS) {
    for (const source of sourcesOf(line)) {
      for (let end = 0; end < source.bytes.length; end++) {
        const object = scanEvent(source, 0, end)?.object;
        // What it may find in what is not JSON, the parser refuses.
        if (object === undefined) continue;
        const text = line.slice(object.start, object.end);
        assert(!isJson(text), `${end} bytes of ${line}`);
      }
    }
  }
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

for (const dropManagedFields of [false, true]) {
  const how = dropManagedFields ? "without managedFields" : "in full";

  Deno.test(`RestListerWatcher.watch() gives the recorded events ${how}`, async () => {
    const expected = EVENTS.map((line) => parsedEvent(line, dropManagedFields));
    const events = await eventsOf([EVENTS.join("\n")], { dropManagedFields });
    for (const [index, event] of expected.entries()) {
      const found = events[index];
      assertExists(found);
      if (event.type === "ERROR" || event.type === "BOOKMARK") continue;
      assertEquals(identityOf(found), identityOfObject(event.object));
    }
    assertEquals(events, expected);
  });

  Deno.test(`RestListerWatcher.watch() gives each recorded event ${how} wherever it is cut`, async () => {
    for (const line of EVENTS) {
      const expected = JSON.stringify(parsedEvent(line, dropManagedFields));
      const pieces = cutEverywhere(line);
      const events = await eventsOf(pieces, { dropManagedFields });
      assert(events.length > bytes(line).length / 8);
      for (const [index, event] of events.entries()) {
        assert(
          JSON.stringify(event) === expected,
          `cut at ${index} of ${line}`,
        );
      }
    }
  });

  Deno.test(`RestListerWatcher.list() returns the recorded lists ${how}`, async () => {
    for (const body of LISTS) {
      const { items, ...list } = parsedList(body);
      assertEquals<unknown>(
        await answeredWith([body], { dropManagedFields }).list({}),
        {
          ...list,
          items: dropManagedFields ? items.map(withoutManagedFields) : items,
        },
      );
    }
  });
}

Deno.test("RestListerWatcher.watch() gives nothing of a recorded event that the body cuts off", async () => {
  for (const line of SHORTEST) {
    const whole = bytes(line);
    for (let end = 1; end < whole.length; end++) {
      const pieces = [`${CHANGES[0]}\n`, whole.subarray(0, end)];
      const events = await answeredWith(pieces).watch({ resourceVersion: "1" });
      const reader = events.getReader();
      assertEquals((await reader.read()).value?.type, "ADDED");
      const error = await assertRejects(() => reader.read());
      assertInstanceOf(error, SyntaxError);
    }
  }
});

Deno.test("RestListerWatcher.list() rejects when the body is cut off at any byte", async () => {
  const whole = bytes(shortest(LISTS.filter((body) => body.includes("uid"))));
  for (let end = 1; end < whole.length; end++) {
    const source = answeredWith([whole.subarray(0, end)]);
    await assertRejects(() => source.list({}), SyntaxError);
  }
});
