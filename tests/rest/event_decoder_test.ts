// The event decoder, over bodies with and without BYOB readers: wherever a body
// is cut, broken or aborted, all events before that are delivered first, then
// the stream ends and everything is released. First the specified behavior case
// by case, then properties over random streams.

import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { isUndecodableEvent } from "../../api/_undecodable_event_error.ts";
import type { KubernetesObject, WatchEvent } from "../../mod.ts";
import { identityOf } from "../../mod.ts";
import { decodeWatchEvents } from "../../rest/_event_decoder.ts";
import { Redactor } from "../../internal/redactor.ts";
import {
  BODY_KINDS,
  type BodyEnd,
  type BodyKind,
  bytes,
  cut,
  FakeBody,
} from "../support/http_fakes.ts";
import { CountedAbort, isPending, turn } from "../support/wait_fakes.ts";

const TOKEN = "eyJhbGciOiJSUzI1NiJ9.c2VjcmV0.c2lnbmF0dXJl";

const FIRST: WatchEvent = {
  type: "ADDED",
  object: { metadata: { name: "first" } },
};
const SECOND: WatchEvent = {
  type: "MODIFIED",
  object: { metadata: { name: "sécond 🎈" } },
};
const THIRD: WatchEvent = {
  type: "DELETED",
  object: { metadata: { name: "third" } },
};

function line(event: unknown): string {
  return `${JSON.stringify(event)}\n`;
}

/** A body, its decoder, and everything that the decoder must release. */
class Decoding {
  readonly abort = new CountedAbort();
  readonly body: FakeBody;
  readonly events: ReadableStream<WatchEvent>;
  ends = 0;

  constructor(
    kind: BodyKind,
    chunks: readonly (Uint8Array<ArrayBuffer> | string)[],
    end?: BodyEnd,
    onCancel?: () => Promise<void>,
    options?: { dropManagedFields: boolean },
  ) {
    this.body = new FakeBody(kind, chunks, end, onCancel);
    this.events = this.decode(options);
  }

  decode(options?: { dropManagedFields: boolean }): ReadableStream<WatchEvent> {
    return decodeWatchEvents<KubernetesObject>(this.body.stream, {
      request: "GET https://host/api/v1/pods",
      maxEventBytes: 16 * 1024 * 1024,
      dropManagedFields: false,
      signal: this.abort.signal,
      redactor: new Redactor(new Headers({ authorization: `Bearer ${TOKEN}` })),
      onEnd: () => {
        this.ends++;
      },
      ...options,
    });
  }

  /** Fails unless everything has been released, exactly once. */
  assertReleased(): void {
    assertEquals(this.ends, 1);
    assertEquals(this.abort.listeners, 0);
    assertFalse(this.body.stream.locked);
  }

  assertHeld(): void {
    assertEquals(this.ends, 0);
    assertEquals(this.abort.listeners, 1);
    assert(this.body.stream.locked);
  }
}

interface Outcome {
  events: unknown[];
  error?: unknown;
}

/** Reads until the stream closes or errors. */
async function readAll(stream: ReadableStream<WatchEvent>): Promise<Outcome> {
  const reader = stream.getReader();
  const events: unknown[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { events };
      events.push(value);
    }
  } catch (error) {
    return { events, error };
  } finally {
    reader.releaseLock();
  }
}

function testBoth(
  name: string,
  test: (kind: BodyKind) => Promise<void> | void,
): void {
  for (const kind of BODY_KINDS) {
    Deno.test(`decodeWatchEvents() ${name} (${kind} reader)`, () => test(kind));
  }
}

testBoth("delivers the events and closes when the body ends", async (kind) => {
  const text = line(FIRST) + line(SECOND) + line(THIRD);
  const decoding = new Decoding(kind, [text]);
  decoding.assertHeld();
  assertEquals(await readAll(decoding.events), {
    events: [FIRST, SECOND, THIRD],
  });
  decoding.assertReleased();
  assertEquals(decoding.body.cancels, []);
});

testBoth("delivers the events when cut at any position", async (kind) => {
  const whole = bytes(
    `\n${JSON.stringify(FIRST)}\r\n\r\n\n${line(SECOND)}${
      JSON.stringify(THIRD)
    }`,
  );
  for (let place = 0; place <= whole.length; place++) {
    const decoding = new Decoding(kind, cut(whole, [place]));
    assertEquals(
      await readAll(decoding.events),
      { events: [FIRST, SECOND, THIRD] },
      `cut at ${place}`,
    );
    decoding.assertReleased();
  }
});

testBoth("delivers the events when each byte is a chunk", async (kind) => {
  const whole = bytes(`${JSON.stringify(FIRST)}\r\n${line(SECOND)}\r\n`);
  const places = Array.from(whole, (_, index) => index);
  const decoding = new Decoding(kind, cut(whole, places));
  assertEquals(await readAll(decoding.events), { events: [FIRST, SECOND] });
});

testBoth(
  "closes without an event when there are only line ends",
  async (kind) => {
    const decoding = new Decoding(kind, ["\n", "\r\n\n", "\r"]);
    assertEquals(await readAll(decoding.events), { events: [] });
    decoding.assertReleased();
  },
);

testBoth("closes when the body is empty", async (kind) => {
  const decoding = new Decoding(kind, []);
  assertEquals(await readAll(decoding.events), { events: [] });
  decoding.assertReleased();
});

testBoth("gives each of several reads that wait one event", async (kind) => {
  const whole = bytes(line(FIRST) + line(SECOND) + line(THIRD));
  const decoding = new Decoding(kind, cut(whole, [5, 100]));
  const reader = decoding.events.getReader();
  const reads: Promise<{ value?: WatchEvent | undefined }>[] = [];
  for (let count = 0; count < 3; count++) {
    reads.push(reader.read());
    // The one before is on its way.
    for (let i = 0; i < count; i++) await Promise.resolve();
  }
  const events = (await Promise.all(reads)).map(({ value }) => value);
  assertEquals(events, [FIRST, SECOND, THIRD]);
  assertEquals((await reader.read()).done, true);
});

testBoth("delivers an event of several megabytes", async (kind) => {
  const long = {
    type: "ADDED",
    object: { metadata: { name: "é🎈".repeat(600_000) } },
  };
  const whole = bytes(line(FIRST) + line(long) + line(THIRD));
  const places = Array.from({ length: 40 }, (_, index) => index * 100_003);
  const decoding = new Decoding(kind, cut(whole, places));
  assertEquals(await readAll(decoding.events), {
    events: [FIRST, long, THIRD],
  });
});

testBoth(
  "delivers all events when a chunk is many times larger than the buffer",
  async (kind) => {
    const many = Array.from({ length: 5_000 }, (_, index) => ({
      type: "ADDED",
      object: { metadata: { name: `pod-${index}` } },
    }));
    const decoding = new Decoding(kind, [many.map(line).join("")]);
    assertEquals(await readAll(decoding.events), { events: many });
  },
);

testBoth("delivers an event of unknown type", async (kind) => {
  const unknown = { type: "RENAMED", object: { metadata: { name: "a" } } };
  const decoding = new Decoding(kind, [line(unknown)]);
  assertEquals(await readAll(decoding.events), { events: [unknown] });
});

testBoth(
  "delivers bookmarks, errors and unknown fields of objects",
  async (kind) => {
    const events = [
      { type: "BOOKMARK", object: { metadata: { resourceVersion: "7" } } },
      { type: "ERROR", object: { code: 410, reason: "Expired", x: [null, 1] } },
      { type: "ADDED", object: { more: true } },
    ];
    const decoding = new Decoding(kind, [events.map(line).join("")]);
    assertEquals(await readAll(decoding.events), { events });
  },
);

testBoth(
  "leaves out what an event has beside its type and object",
  async (kind) => {
    const object = { metadata: { name: "a" } };
    const events = [
      { type: "ADDED", object: {}, more: true },
      { type: "MODIFIED", object, more: { object: 1 } },
      { type: "DELETED", more: {}, object },
    ];
    const decoding = new Decoding(kind, [events.map(line).join("")]);
    assertEquals(await readAll(decoding.events), {
      events: events.map(({ type, object }) => ({ type, object })),
    });
  },
);

testBoth(
  "keeps the objects of changes as they are and redacts all other events",
  async (kind) => {
    const object = { metadata: { name: TOKEN } };
    const added = { type: "ADDED", object };
    const bookmark = { type: "BOOKMARK", object };
    const error = {
      type: "ERROR",
      object: { message: `bad ${TOKEN}`, details: { [TOKEN]: [TOKEN] } },
    };
    const decoding = new Decoding(
      kind,
      [added, bookmark, error, { type: `a ${TOKEN}`, object }].map(line),
    );
    assertEquals((await readAll(decoding.events)).events, [
      added,
      bookmark,
      {
        type: "ERROR",
        object: {
          message: "bad [redacted]",
          details: { "[redacted]": ["[redacted]"] },
        },
      },
      { type: "a [redacted]", object: { metadata: { name: "[redacted]" } } },
    ]);
  },
);

testBoth("does not read ahead of demand", async (kind) => {
  const decoding = new Decoding(kind, [
    line(FIRST) + line(SECOND),
    line(THIRD),
  ]);
  await turn();
  assertEquals(decoding.body.pulls, 0);
  const reader = decoding.events.getReader();
  await reader.read();
  await reader.read();
  await turn();
  assertEquals(decoding.body.pulls, 1);
  await reader.read();
  assertEquals(decoding.body.pulls, 2);
  await reader.cancel();
});

testBoth("resolves concurrent reads in order", async (kind) => {
  const decoding = new Decoding(kind, [
    line(FIRST) + line(SECOND).slice(0, 9),
    line(SECOND).slice(9) + line(THIRD),
  ]);
  const reader = decoding.events.getReader();
  const results = await Promise.all(
    [reader.read(), reader.read(), reader.read(), reader.read()],
  );
  assertEquals(results.map(({ value }) => value), [
    FIRST,
    SECOND,
    THIRD,
    undefined,
  ]);
});

const BAD_LINES: [what: string, bad: string][] = [
  ["is not JSON", "<html>no</html>"],
  ["is cut off", '{"type":"ADDED","object":{"metadata'],
  ["has no type", '{"object":{"metadata":{}}}'],
  ["has a type that is not a string", '{"type":7,"object":{}}'],
  ["has no object", '{"type":"ADDED"}'],
  ["has null for an object", '{"type":"ADDED","object":null}'],
  ["has a string for an object", '{"type":"ADDED","object":"pod"}'],
  ["is a number", "17"],
  ["is null", "null"],
  ["is a list", "[]"],
  ["holds two events", `${JSON.stringify(FIRST)}${JSON.stringify(SECOND)}`],
];

for (const [what, bad] of BAD_LINES) {
  testBoth(
    `errors after the events before it when a line ${what}`,
    async (kind) => {
      const decoding = new Decoding(kind, [
        `${line(FIRST)}${line(SECOND)}${bad}\n${line(THIRD)}`,
      ]);
      const { events, error } = await readAll(decoding.events);
      assertEquals(events, [FIRST, SECOND]);
      assertInstanceOf(error, SyntaxError);
      assertStringIncludes(error.message, "Cannot decode watch event: ");
      assertStringIncludes(error.message, bad.slice(0, 20));
      decoding.assertReleased();
      assertEquals(decoding.body.cancels.length, 1);
    },
  );

  testBoth(
    `errors after the events before it when the last line, without a line end, ${what}`,
    async (kind) => {
      const decoding = new Decoding(kind, [`${line(FIRST)}${bad}`]);
      const { events, error } = await readAll(decoding.events);
      assertEquals(events, [FIRST]);
      assertInstanceOf(error, SyntaxError);
      assertStringIncludes(error.message, "ended in the middle of a line");
      assertStringIncludes(error.message, bad.slice(0, 20));
      assertInstanceOf(error.cause, SyntaxError);
      decoding.assertReleased();
    },
  );
}

testBoth("errors when a line is not UTF-8", async (kind) => {
  const decoding = new Decoding(kind, [
    line(FIRST),
    '{"type":"ADDED","object":{"a":"',
    new Uint8Array([0xc3, 0x28]),
    '"}}\n',
  ]);
  const { events, error } = await readAll(decoding.events);
  assertEquals(events, [FIRST]);
  assertInstanceOf(error, SyntaxError);
  assertStringIncludes(error.message, "not valid UTF-8");
  decoding.assertReleased();
});

testBoth(
  "errors as at a lost connection when the body ends inside a character",
  async (kind) => {
    const cutOff = bytes('{"type":"ADDED","object":{"a":"é').slice(0, -1);
    const decoding = new Decoding(kind, [line(FIRST), cutOff]);
    const { events, error } = await readAll(decoding.events);
    assertEquals(events, [FIRST]);
    assertInstanceOf(error, SyntaxError);
    assertStringIncludes(error.message, "ended in the middle of a line");
    assertFalse(isUndecodableEvent(error));
    decoding.assertReleased();
  },
);

testBoth(
  "delivers the good lines of a chunk before a line in it that is not UTF-8",
  async (kind) => {
    const chunk = new Uint8Array([
      ...bytes(line(FIRST) + line(SECOND) + '{"type":"ADDED","object":{"a":"'),
      0xc3,
      0x28,
      ...bytes(`"}}\n${line(THIRD)}`),
    ]);
    const decoding = new Decoding(kind, [chunk]);
    const { events, error } = await readAll(decoding.events);
    assertEquals(events, [FIRST, SECOND]);
    assertInstanceOf(error, SyntaxError);
    assertStringIncludes(error.message, "not valid UTF-8");
    decoding.assertReleased();
  },
);

testBoth(
  "keeps rejecting with the same error when it is read again after a bad line",
  async (kind) => {
    const decoding = new Decoding(kind, [`bad\n${line(FIRST)}`]);
    const reader = decoding.events.getReader();
    const error = await assertRejects(() => reader.read(), SyntaxError);
    assertStrictEquals(await assertRejects(() => reader.read()), error);
    await turn();
    decoding.assertReleased();
  },
);

testBoth("shows only the start of a bad line", async (kind) => {
  const decoding = new Decoding(kind, [`oh ${"x".repeat(2_000_000)}\n`]);
  const { error } = await readAll(decoding.events);
  assertInstanceOf(error, SyntaxError);
  assertStringIncludes(error.message, `'oh ${"x".repeat(77)}…'`);
});

testBoth("shows all of a short bad line", async (kind) => {
  const decoding = new Decoding(kind, [`${"x".repeat(80)}\n`]);
  const { error } = await readAll(decoding.events);
  assertInstanceOf(error, SyntaxError);
  assertStringIncludes(error.message, `'${"x".repeat(80)}'`);
});

const BAD_LINES_WITH_TOKEN: [what: string, bad: string][] = [
  ["at its start", `${TOKEN} is bad\n`],
  ["in JSON that is not an event", `${JSON.stringify({ said: TOKEN })}\n`],
  ["across the end of what is shown", `${"x".repeat(70)}${TOKEN}\n`],
  ["cut by the end of the body", `{"said":"${TOKEN.slice(0, 30)}`],
  ["cut by the end of what is redacted", `${" ".repeat(4066)}${TOKEN}\n`],
];

for (const [where, bad] of BAD_LINES_WITH_TOKEN) {
  testBoth(
    `does not show a credential that a bad line has ${where}`,
    async (kind) => {
      const { error } = await readAll(new Decoding(kind, [bad]).events);
      assertInstanceOf(error, SyntaxError);
      assertFalse(Deno.inspect(error).includes(TOKEN.slice(0, 8)));
    },
  );
}

testBoth(
  "errors with the body's error after the events before it",
  async (kind) => {
    const lost = new TypeError("connection reset");
    const decoding = new Decoding(
      kind,
      [line(FIRST) + line(SECOND), line(THIRD).slice(0, 12)],
      { error: lost },
    );
    const { events, error } = await readAll(decoding.events);
    assertEquals(events, [FIRST, SECOND]);
    assertStrictEquals(error, lost);
    decoding.assertReleased();
  },
);

testBoth("redacts a credential in the body's error", async (kind) => {
  const cause = Object.assign(new Error("bad chunk"), { data: `x${TOKEN}` });
  const decoding = new Decoding(kind, [line(FIRST)], {
    error: new TypeError("terminated", { cause }),
  });
  const { events, error } = await readAll(decoding.events);
  assertEquals(events, [FIRST]);
  assertInstanceOf(error, Error);
  assertStringIncludes(error.message, "terminated");
  assertFalse(Deno.inspect(error).includes(TOKEN));
});

testBoth(
  "errors immediately with the signal's reason when aborted during a read",
  async (kind) => {
    const decoding = new Decoding(kind, [line(FIRST)], "hang");
    const reader = decoding.events.getReader();
    await reader.read();
    const pending = reader.read();
    assert(await isPending(pending));
    decoding.assertHeld();
    const reason = new Error("enough");
    decoding.abort.abort(reason);
    decoding.assertReleased();
    assertStrictEquals(await assertRejects(() => pending), reason);
    assertEquals(decoding.body.cancels, [reason]);
  },
);

testBoth(
  "errors with the signal's reason when aborted between reads",
  async (kind) => {
    const decoding = new Decoding(kind, [line(FIRST) + line(SECOND)], "hang");
    const reader = decoding.events.getReader();
    await reader.read();
    const reason = new Error("enough");
    decoding.abort.abort(reason);
    decoding.assertReleased();
    assertStrictEquals(await assertRejects(() => reader.read()), reason);
  },
);

testBoth(
  "errors with the signal's reason when it is already aborted",
  async (kind) => {
    const reason = new Error("enough");
    const decoding = new Decoding(kind, [line(FIRST)]);
    await decoding.events.cancel();
    const aborted = new AbortController();
    aborted.abort(reason);
    const body = new FakeBody(kind, [line(FIRST)]);
    let ends = 0;
    const events = decodeWatchEvents(body.stream, {
      request: "GET https://host/api/v1/pods",
      maxEventBytes: 16 * 1024 * 1024,
      dropManagedFields: false,
      signal: aborted.signal,
      redactor: new Redactor(new Headers()),
      onEnd: () => {
        ends++;
      },
    });
    assertEquals(await readAll(events), { events: [], error: reason });
    assertEquals([ends, body.pulls, body.cancels], [1, 0, [reason]]);
    assertFalse(body.stream.locked);
  },
);

testBoth("ignores an abort after the end", async (kind) => {
  const decoding = new Decoding(kind, [line(FIRST)]);
  const reader = decoding.events.getReader();
  await reader.read();
  await reader.read();
  decoding.abort.abort();
  assert((await reader.read()).done);
  decoding.assertReleased();
});

testBoth(
  "errors with the signal's reason when the abort breaks the body first",
  async (kind) => {
    const decoding = new Decoding(kind, [line(FIRST)], "hang");
    const reader = decoding.events.getReader();
    await reader.read();
    const pending = reader.read();
    await turn();
    const reason = new Error("enough");
    decoding.body.break(new TypeError("the request was aborted"));
    decoding.abort.abort(reason);
    assertStrictEquals(await assertRejects(() => pending), reason);
    await turn();
    decoding.assertReleased();
  },
);

testBoth(
  "cancels the body when it is cancelled during a read",
  async (kind) => {
    const decoding = new Decoding(kind, [line(FIRST)], "hang");
    const reader = decoding.events.getReader();
    await reader.read();
    const pending = reader.read();
    await turn();
    const reason = new Error("enough");
    await reader.cancel(reason);
    assert((await pending).done);
    decoding.assertReleased();
    assertEquals(decoding.body.cancels, [reason]);
  },
);

testBoth(
  "cancels the body when it is cancelled between reads",
  async (kind) => {
    const decoding = new Decoding(kind, [line(FIRST) + line(SECOND)], "hang");
    const reader = decoding.events.getReader();
    await reader.read();
    await reader.cancel();
    decoding.assertReleased();
    assertEquals(decoding.body.cancels.length, 1);
  },
);

testBoth(
  "cancels the body when it is cancelled before any read",
  async (kind) => {
    const decoding = new Decoding(kind, [line(FIRST)]);
    await decoding.events.cancel();
    decoding.assertReleased();
    assertEquals(decoding.body.pulls, 0);
  },
);

for (const how of ["hangs", "fails"] as const) {
  testBoth(
    `does not wait for the body's cancel when that ${how}`,
    async (kind) => {
      const decoding = new Decoding(
        kind,
        [line(FIRST)],
        "hang",
        () =>
          how === "hangs"
            ? new Promise(() => {})
            : Promise.reject(new Error("cannot cancel")),
      );
      const reader = decoding.events.getReader();
      await reader.read();
      const pending = reader.read();
      await reader.cancel();
      assert((await pending).done);
      decoding.assertReleased();
      await turn();
    },
  );
}

// Properties over random streams. A document is a list of events with various
// line ends, and the places where it is cut into chunks.

const text = fc.string({ unit: "grapheme", maxLength: 30 });

const event = fc.record({
  type: fc.constantFrom("ADDED", "MODIFIED", "DELETED", "BOOKMARK", "OTHER"),
  object: fc.record({
    metadata: fc.record({
      name: text,
      resourceVersion: fc.nat().map(String),
      annotations: fc.dictionary(text, fc.oneof(text, fc.constant("\r\n"))),
    }),
    long: fc.oneof(
      { weight: 20, arbitrary: fc.constant("") },
      {
        weight: 1,
        arbitrary: fc.nat(300_000).map((length) => "ü".repeat(length)),
      },
    ),
  }),
});

const documentOf = fc.record({
  lines: fc.array(
    fc.record({
      event,
      end: fc.constantFrom("\n", "\r\n", "\n\n", "\r\n\r\n\n"),
    }),
    { maxLength: 12 },
  ),
  lastEnd: fc.boolean(),
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }),
  kind: fc.constantFrom(...BODY_KINDS),
});

type Document = typeof documentOf extends fc.Arbitrary<infer D> ? D : never;

function encode({ lines, lastEnd }: Document): string {
  const whole = lines.map(({ event, end }) => JSON.stringify(event) + end)
    .join("");
  return lastEnd ? whole : whole.replace(/[\r\n]+$/, "");
}

/** The events after a JSON round trip, which changes `-0` and the like. */
function eventsOf({ lines }: Document): unknown[] {
  return lines.map(({ event }) => JSON.parse(JSON.stringify(event)));
}

function split(whole: Uint8Array<ArrayBuffer>, cuts: readonly number[]) {
  return cut(whole, cuts.map((at) => Math.floor(at * whole.length)));
}

Deno.test("decodeWatchEvents() delivers random events cut into random chunks", async () => {
  await fc.assert(
    fc.asyncProperty(documentOf, async (document) => {
      const chunks = split(bytes(encode(document)), document.cuts);
      const decoding = new Decoding(document.kind, chunks);
      assertEquals(await readAll(decoding.events), {
        events: eventsOf(document),
      });
      decoding.assertReleased();
    }),
    { numRuns: 300 },
  );
});

Deno.test("decodeWatchEvents() delivers what came before a bad line at a random place", async () => {
  const bad = fc.constantFrom("{}", "x", '{"type":"ADDED"', "\u0000", "[1]");
  await fc.assert(
    fc.asyncProperty(documentOf, bad, fc.nat(), async (document, bad, at) => {
      const index = at % (document.lines.length + 1);
      const before = { ...document, lines: document.lines.slice(0, index) };
      const after = { ...document, lines: document.lines.slice(index) };
      const whole = `${encode({ ...before, lastEnd: true })}${bad}\n${
        encode(after)
      }`;
      const chunks = split(bytes(whole), document.cuts);
      const decoding = new Decoding(document.kind, chunks, "hang");
      const { events, error } = await readAll(decoding.events);
      assertEquals(events, eventsOf(before));
      assertInstanceOf(error, SyntaxError);
      decoding.assertReleased();
    }),
    { numRuns: 300 },
  );
});

Deno.test("decodeWatchEvents() delivers what came before a body error at a random byte", async () => {
  await fc.assert(
    fc.asyncProperty(
      documentOf,
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (document, at) => {
        const whole = bytes(encode({ ...document, lastEnd: true }));
        const part = whole.slice(0, Math.floor(at * whole.length));
        const complete = new TextDecoder().decode(part).split(/\r?\n/)
          .slice(0, -1).filter((line) => line !== "").length;
        const lost = new TypeError("connection reset");
        const chunks = split(part, document.cuts);
        const decoding = new Decoding(document.kind, chunks, { error: lost });
        const { events, error } = await readAll(decoding.events);
        assertEquals(events, eventsOf(document).slice(0, complete));
        assertStrictEquals(error, lost);
        decoding.assertReleased();
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("decodeWatchEvents() releases everything when aborted or cancelled at a random place", async () => {
  await fc.assert(
    fc.asyncProperty(
      documentOf,
      fc.nat(12),
      fc.boolean(),
      fc.constantFrom("abort", "cancel"),
      async (document, reads, duringRead, how) => {
        const chunks = split(
          bytes(encode({ ...document, lastEnd: true })),
          document.cuts,
        );
        const decoding = new Decoding(document.kind, chunks, "hang");
        const taken = Math.min(reads, document.lines.length);
        const reader = decoding.events.getReader();
        const events: unknown[] = [];
        for (let read = 0; read < taken; read++) {
          events.push((await reader.read()).value);
        }
        assertEquals(events, eventsOf(document).slice(0, taken));
        const reason = new Error("enough");
        const pending = duringRead ? reader.read().catch((e) => e) : undefined;
        if (how === "abort") decoding.abort.abort(reason);
        else await reader.cancel(reason);
        decoding.assertReleased();
        await pending;
        const next = await reader.read().catch((error: unknown) => error);
        if (how === "abort") assertStrictEquals(next, reason);
        else assertEquals(next, { done: true, value: undefined });
        decoding.assertReleased();
      },
    ),
    { numRuns: 300 },
  );
});

/** An event with an object that the scanner has to leave to the parser. */
const BROKEN = '{"type":"ADDED","object":{"metadata":{"name":"web",' +
  '"namespace":"default","resourceVersion":"7"},"spec":{"token":TOKEN}}}\n'
    .replace("TOKEN", TOKEN);

testBoth(
  "throws an error that names the object when a bad one is looked at",
  async (kind) => {
    const decoding = new Decoding(kind, [BROKEN, line(FIRST)]);
    const reader = decoding.events.getReader();
    const { value: event } = await reader.read();
    assert(event?.type === "ADDED");
    assertEquals(identityOf(event), {
      name: "web",
      namespace: "default",
      resourceVersion: "7",
    });
    const error = assertThrows(() => event.object, SyntaxError);
    assertStringIncludes(
      error.message,
      "Cannot decode watch event: the object default/web at resource version 7 is not valid JSON: '{\"metadata",
    );
    assert(isUndecodableEvent(error));
    assertFalse(Deno.inspect(error).includes(TOKEN));
    assertEquals((await reader.read()).value, FIRST);
    await reader.cancel();
  },
);

testBoth(
  "parses the last line at once when it has no line end",
  async (kind) => {
    const decoding = new Decoding(kind, [line(FIRST), BROKEN.trimEnd()]);
    const { events, error } = await readAll(decoding.events);
    assertEquals(events, [FIRST]);
    assertInstanceOf(error, SyntaxError);
    assertStringIncludes(error.message, "ended in the middle of a line");
  },
);

testBoth("parses an object only when it is looked at", async (kind) => {
  const decoding = new Decoding(kind, [line(FIRST), line(SECOND)]);
  const { events } = await readAll(decoding.events);
  for (const event of events) {
    assertEquals(
      typeof Object.getOwnPropertyDescriptor(event, "object")?.get,
      "function",
    );
  }
  assertEquals(events, [FIRST, SECOND]);
});

const MANAGED = { managedFields: [{ manager: "kubectl", "f:x": { ".": {} } }] };

testBoth(
  "leaves managedFields out of all changes when it is told to",
  async (kind) => {
    const metadata = { name: "wéb", ...MANAGED, uid: "1" };
    const lines = [
      line({ type: "ADDED", object: { metadata, spec: MANAGED } }),
      line({ type: "MODIFIED", object: { metadata: MANAGED } }),
      // Not as an API server writes it: parsed at once.
      `{"object":${JSON.stringify({ metadata })}, "type":"DELETED"}\n`,
      `{"object":{"metadata":null},"type":"DELETED"}\n`,
    ];
    const decoding = new Decoding(
      kind,
      [lines.join("")],
      undefined,
      undefined,
      {
        dropManagedFields: true,
      },
    );
    const trimmed = { name: "wéb", uid: "1" };
    assertEquals((await readAll(decoding.events)).events, [
      { type: "ADDED", object: { metadata: trimmed, spec: MANAGED } },
      { type: "MODIFIED", object: { metadata: {} } },
      { type: "DELETED", object: { metadata: trimmed } },
      { type: "DELETED", object: { metadata: null } },
    ]);
  },
);

testBoth(
  "leaves managedFields out of objects that are all looked at",
  async (kind) => {
    const metadata = { uid: "1", ...MANAGED, name: "é" };
    const object = { kind: "Pod", metadata, spec: MANAGED };
    const trimmed = { ...object, metadata: { uid: "1", name: "é" } };
    const twice = `{"metadata":{"name":"a"},"metadata":${
      JSON.stringify({ ...metadata, more: MANAGED })
    }}`;
    const lines = Array.from(
      { length: 100 },
      (_, index) =>
        index % 10 === 9
          ? `{"type":"ADDED","object":${twice}}\n`
          : line({ type: "ADDED", object }),
    );
    const decoding = new Decoding(
      kind,
      [lines.join("")],
      undefined,
      undefined,
      { dropManagedFields: true },
    );
    let lazy = 0;
    let index = 0;
    for await (const event of decoding.events) {
      if (Object.getOwnPropertyDescriptor(event, "object")?.get) lazy++;
      assertEquals<unknown>(
        event.object,
        index++ % 10 === 9
          ? { metadata: { uid: "1", name: "é", more: MANAGED } }
          : trimmed,
      );
    }
    assertEquals(index, 100);
    // Those with a key that comes twice never are.
    assert(lazy < 50, `${lazy} were parsed when looked at`);
  },
);
