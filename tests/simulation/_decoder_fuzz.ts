/**
 * Random bodies of watches, most of them nearly valid, and what a decoder that
 * splits lines and calls `JSON.parse` makes of them: the real one must deliver
 * the same events, and then end or fail at the same place.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { identityOf, RestListerWatcher, type WatchEvent } from "../../mod.ts";
import { SeededRandom } from "../../testing/_seeded_random.ts";
import type { StoredObject } from "../../testing/mod.ts";
import { turn } from "../support/wait_fakes.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A body, and how it arrives. */
interface Case {
  readonly body: Bytes;
  readonly chunks: readonly Bytes[];
  readonly isByteStream: boolean;
  readonly dropManagedFields: boolean;
  /** Whether the objects are looked at. */
  readonly looks: boolean;
}

/** What becomes of a body. */
interface Outcome {
  readonly events: readonly unknown[];
  /** `end`, a line that is not an event, or a line that is cut off. */
  readonly end: "end" | "bad" | "cut off";
}

/** How many cases are decoded at once. */
const BATCH = 100;

const CHANGES: ReadonlySet<unknown> = new Set([
  "ADDED",
  "MODIFIED",
  "DELETED",
  "BOOKMARK",
]);

/** What scanners stumble over. */
const TEXTS = [
  "",
  "web",
  "é✓🎈",
  'a"b',
  "back\\slash",
  "tab\tand\nline",
  "\u0000\u001f\u007f",
  "\ud800",
  "\ufeff",
  '"},"object":{"metadata":{"name":"fake"}',
  "managedFields",
  "\\u00",
  "x".repeat(300),
] as const;

const KEYS = [
  "name",
  "namespace",
  "uid",
  "resourceVersion",
  "managedFields",
  "metadata",
  "object",
  "type",
  "kind",
  "__proto__",
  "toString",
  "",
  "é",
  'a"b',
] as const;

const FRAGMENTS = [
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  '"',
  "\\",
  "\n",
  "\r",
  "\r\n",
  " ",
  "\t",
  "null",
  "1e999",
  "-0",
  "01",
  "0x1",
  "tru",
  "\\u12",
  "\ufeff",
  "\u2028",
  '"type":"ADDED",',
  '"metadata":{},',
  '"managedFields":[{"a":1}],',
  '"resourceVersion":"9",',
] as const;

/** Draws cases, one after the other. */
class Cases {
  readonly #random: SeededRandom;
  /** Whether all lines of the next case are JSON. */
  #isSound = false;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  next(): Case {
    const random = this.#random;
    const dropManagedFields = random.chance(0.3);
    // What is dropped is never parsed, and need not be valid.
    this.#isSound = dropManagedFields;
    const body = this.#body();
    return {
      body,
      chunks: this.#cut(body),
      isByteStream: random.chance(0.5),
      dropManagedFields,
      looks: random.chance(0.6),
    };
  }

  #body(): Bytes {
    const random = this.#random;
    const lines = Array.from(
      { length: random.upTo(6) },
      () => this.#line(),
    );
    const end = random.pick(["\n", "\n", "\n", "\r\n", ""]);
    const text = lines.map((line) => line + random.pick(["\n", "\n", "\r\n"]))
      .join("");
    const whole = end === "" ? text.slice(0, -1) : text;
    const bytes = new TextEncoder().encode(whole);
    return !this.#isSound && random.chance(0.3) ? this.#damaged(bytes) : bytes;
  }

  #line(): string {
    const random = this.#random;
    const choice = random.next();
    if (choice < 0.05) return random.pick(["", "\r", " ", "null", "[]", "{}"]);
    const text = this.#event();
    return this.#isSound || choice < 0.8 ? text : this.#edited(text);
  }

  #event(): string {
    const random = this.#random;
    const type = random.chance(0.9)
      ? random.pick(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"])
      : random.pick(["OTHER", "", "added", "ADDED "]);
    const members: [string, unknown][] = [
      ["type", type],
      ["object", this.#object()],
    ];
    if (random.chance(0.2)) members.reverse();
    if (random.chance(0.1)) members.push([random.pick(KEYS), this.#value(2)]);
    return this.#json(Object.fromEntries(members));
  }

  #object(): unknown {
    const random = this.#random;
    if (random.chance(0.03)) return this.#value(2);
    const metadata: [string, unknown][] = [
      ["name", random.pick(TEXTS)],
      ["namespace", random.pick(TEXTS)],
      ["uid", "0e8f2c66-97bd-4b0c-9d6a-3c5f6c1a7e10"],
      ["resourceVersion", `${random.upTo(1_000)}`],
      ["labels", { app: random.pick(TEXTS) }],
    ];
    if (random.chance(0.4)) {
      metadata.push(["managedFields", this.#value(3)]);
    }
    if (random.chance(0.15)) {
      metadata.push([random.pick(KEYS), this.#value(2)]);
    }
    if (random.chance(0.3)) metadata.sort(() => random.next() - 0.5);
    const members: [string, unknown][] = [
      ["kind", "Pod"],
      ["apiVersion", "v1"],
      ["metadata", Object.fromEntries(metadata.slice(random.upTo(2)))],
      ["spec", this.#value(3)],
    ];
    if (random.chance(0.1)) {
      members.push([random.pick(KEYS), this.#value(2)]);
    }
    if (random.chance(0.2)) members.reverse();
    return Object.fromEntries(members);
  }

  #value(depth: number): unknown {
    const random = this.#random;
    switch (random.upTo(depth > 0 ? 8 : 6)) {
      case 0:
        return null;
      case 1:
        return random.chance(0.5);
      case 2:
        return random.pick([0, -1, 1.5, 1e21, 123456789012345680000]);
      case 6:
        return Array.from(
          { length: random.upTo(4) },
          () => this.#value(depth - 1),
        );
      case 7:
        return Object.fromEntries(
          Array.from(
            { length: random.upTo(4) },
            () => [random.pick(KEYS), this.#value(depth - 1)],
          ),
        );
      default:
        return random.pick(TEXTS);
    }
  }

  /** JSON in one line, with white space and escapes as others write them. */
  #json(value: unknown): string {
    const random = this.#random;
    const text = JSON.stringify(value);
    if (random.chance(0.1)) {
      return text.replace(
        /[^\x20-\x7e]/g,
        (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
      );
    }
    if (random.chance(0.1)) {
      return JSON.stringify(value, undefined, 1).replaceAll("\n", "\t");
    }
    return text;
  }

  #edited(text: string): string {
    const random = this.#random;
    const at = random.upTo(text.length + 1);
    const end = Math.min(text.length, at + random.upTo(12));
    switch (random.upTo(4)) {
      case 0:
        return text.slice(0, at) + text.slice(end);
      case 1:
        return text.slice(0, at) + random.pick(FRAGMENTS) + text.slice(at);
      case 2:
        return text.slice(0, at) + text.slice(at, end) + text.slice(at);
      default:
        return text.slice(0, at);
    }
  }

  #damaged(bytes: Bytes): Bytes {
    const random = this.#random;
    const damaged = bytes.slice();
    if (damaged.length === 0) return damaged;
    if (random.chance(0.5)) {
      return damaged.subarray(0, random.upTo(damaged.length));
    }
    for (let left = 1 + random.upTo(2); left > 0; left--) {
      damaged[random.upTo(damaged.length)] = random.upTo(256);
    }
    return damaged;
  }

  #cut(bytes: Bytes): Bytes[] {
    const random = this.#random;
    const most = random.pick([1, 7, 100, 10_000]);
    const chunks: Bytes[] = [];
    for (let at = 0; at < bytes.length;) {
      const end = Math.min(bytes.length, at + 1 + random.upTo(most));
      chunks.push(bytes.slice(at, end));
      at = end;
    }
    return chunks;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What an event is compared by: others than changes may be redacted. */
function comparable(event: { type: unknown; object: unknown }): unknown {
  return CHANGES.has(event.type) ? event : event.type;
}

/** The decoder as a reader would write it. */
function expected({ body, dropManagedFields }: Case): Outcome {
  const events: unknown[] = [];
  const lines: Bytes[] = [];
  let from = 0;
  for (const [at, byte] of body.entries()) {
    if (byte !== 0x0a) continue;
    lines.push(body.subarray(from, at));
    from = at + 1;
  }
  const last = body.subarray(from);
  for (const line of lines) {
    if (isEmpty(line)) continue;
    const event = parse(line, dropManagedFields);
    if (event === undefined) return { events, end: "bad" };
    events.push(event);
  }
  if (isEmpty(last)) return { events, end: "end" };
  const event = parse(last, dropManagedFields);
  if (event === undefined) return { events, end: "cut off" };
  return { events: [...events, event], end: "end" };
}

function isEmpty(line: Bytes): boolean {
  return line.length === 0 || line.length === 1 && line[0] === 0x0d;
}

function parse(line: Bytes, dropManagedFields: boolean): unknown {
  let value: unknown;
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    value = JSON.parse(decoder.decode(line));
  } catch {
    return undefined;
  }
  if (!isRecord(value) || typeof value.type !== "string") return undefined;
  const { type, object } = value;
  if (!isRecord(object)) return undefined;
  if (dropManagedFields && isRecord(object.metadata)) {
    delete object.metadata.managedFields;
  }
  return comparable({ type, object });
}

function bodyOf({ chunks, isByteStream }: Case): ReadableStream<Bytes> {
  const left = [...chunks];
  return isByteStream
    ? new ReadableStream({
      type: "bytes",
      pull: (controller) => {
        const chunk = left.shift();
        if (chunk !== undefined) return controller.enqueue(chunk.slice());
        controller.close();
        controller.byobRequest?.respond(0);
      },
    })
    : new ReadableStream({
      pull: (controller) => {
        const chunk = left.shift();
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk.slice());
      },
    }, { highWaterMark: 0 });
}

/** What the real decoder makes of a body. */
async function decoded(each: Case): Promise<Outcome> {
  const source = new RestListerWatcher<StoredObject>({
    server: "http://fake",
    path: "/api/v1/pods",
    dropManagedFields: each.dropManagedFields,
    fetch: () => Promise.resolve(new Response(bodyOf(each))),
  });
  const taken: WatchEvent<StoredObject>[] = [];
  const events: unknown[] = [];
  try {
    for await (const event of await source.watch({})) {
      if (each.looks) events.push(lookedAt(event));
      else taken.push(event);
    }
    return { events: [...events, ...taken.map(lookedAt)], end: "end" };
  } catch (error) {
    // Those that were read before the bad line are good, whenever looked at.
    for (const event of taken) {
      try {
        events.push(lookedAt(event));
      } catch {
        return { events, end: "bad" };
      }
    }
    const isCutOff = error instanceof SyntaxError &&
      error.message.includes("ended in the middle of a line");
    if (!(error instanceof SyntaxError)) throw error;
    return { events, end: isCutOff ? "cut off" : "bad" };
  }
}

function lookedAt(event: WatchEvent<StoredObject>): unknown {
  const { type } = event;
  if (!CHANGES.has(type)) return type;
  // Before the look, the identity may come from a scanner.
  const before = identityOf(event);
  const object: unknown = event.object;
  assertEquals(before, identityOf({ ...event }), "identity");
  return { type, object };
}

/** A case whose outcome is wrong. */
export interface WrongCase {
  /** Which case of the seed it is. */
  readonly index: number;
  /** The body. */
  readonly body: string;
  /** What is wrong. */
  readonly problem: string;
}

/**
 * Decodes random bodies.
 *
 * @param seed Decides what they are.
 * @param count How many.
 * @returns Those that were decoded wrongly, or not at all.
 */
export async function fuzzDecoder(
  seed: number,
  count: number,
): Promise<WrongCase[]> {
  const cases = new Cases(seed);
  const wrong: WrongCase[] = [];
  for (let first = 0; first < count; first += BATCH) {
    const batch = Array.from(
      { length: Math.min(BATCH, count - first) },
      () => cases.next(),
    );
    const problems: (string | undefined)[] = batch.map(() => "hangs");
    batch.forEach((each, at) => {
      check(each).then((problem) => problems[at] = problem);
    });
    // Nothing waits for anything but microtasks.
    await turn();
    await turn();
    for (const [at, problem] of problems.entries()) {
      if (problem === undefined) continue;
      const body = new TextDecoder().decode(batch[at]?.body);
      wrong.push({ index: first + at, body, problem });
    }
  }
  return wrong;
}

async function check(each: Case): Promise<string | undefined> {
  try {
    assertEquals(await decoded(each), expected(each));
    return undefined;
  } catch (error) {
    return String(error);
  }
}
