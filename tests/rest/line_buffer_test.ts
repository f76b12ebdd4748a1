// `LineBuffer`, filled in both ways, against a plain split of the same text; it
// must work in linear time, counted in bytes rather than in seconds.

import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { LineBuffer } from "../../rest/_line_buffer.ts";
import { bytes, cut } from "../support/http_fakes.ts";

type Fill = (lines: LineBuffer, chunk: Uint8Array) => void;

/** A BYOB read: the buffer moves to another owner and back. */
const lend: Fill = (lines, chunk) => {
  for (let from = 0; from < chunk.length;) {
    const room = lines.lend();
    const { byteOffset, length } = room;
    const moved = room.buffer.transfer();
    const part = chunk.subarray(from, from + length);
    const filled = new Uint8Array(moved, byteOffset, part.length);
    filled.set(part);
    lines.giveBack(filled);
    from += part.length;
  }
};

const append: Fill = (lines, chunk) => lines.append(chunk);

const FILLS: [name: string, fill: Fill][] = [["lend", lend], [
  "append",
  append,
]];

/** Takes all complete lines, at once or one by one. */
function take(lines: LineBuffer, oneByOne = false): string[] {
  const taken: string[] = [];
  for (;;) {
    const whole = lines.peekLines();
    if (whole === undefined) return taken;
    const part = oneByOne ? LineBuffer.firstLine(whole) : whole;
    taken.push(...new TextDecoder().decode(part).split("\n"));
    lines.take(part);
  }
}

for (const [name, fill] of FILLS) {
  for (const oneByOne of [true, false]) {
    const how = oneByOne ? "one by one" : "at once";
    Deno.test(`LineBuffer.peekLines() returns the complete lines when filled by ${name}() and taken ${how}`, () => {
      const lines = new LineBuffer();
      fill(lines, bytes("a\nbc\r\n\n\r\n\rd\r\r\ne"));
      assertEquals(
        take(lines, oneByOne),
        ["a", "bc\r", "", "\r", "\rd\r\r"],
      );
      assertEquals(lines.peekLines(), undefined);
      fill(lines, bytes("f\r"));
      assertEquals(take(lines, oneByOne), []);
      fill(lines, bytes("\ng"));
      assertEquals(take(lines, oneByOne), ["ef\r"]);
      assertEquals(new TextDecoder().decode(lines.takeRest()), "g");
      assertEquals(lines.takeRest().length, 0);
    });
  }

  Deno.test(`LineBuffer.peekLines() takes nothing when filled by ${name}()`, () => {
    const lines = new LineBuffer();
    fill(lines, bytes("a\nb\nc"));
    assertEquals(lines.peekLines(), bytes("a\nb"));
    assertEquals(lines.peekLines(), bytes("a\nb"));
    assertEquals(lines.takeRest(), bytes("a\nb\nc"));
  });

  Deno.test(`LineBuffer.peekLines() finds a line end after the beginning of its line has been moved when filled by ${name}()`, () => {
    const lines = new LineBuffer();
    fill(lines, bytes(`${"a".repeat(40_000)}\n${"b".repeat(10_000)}`));
    assertEquals(take(lines).map(({ length }) => length), [40_000]);
    fill(lines, bytes(`${"b".repeat(10_000)}\n${"c".repeat(20_000)}`));
    assertEquals(take(lines).map(({ length }) => length), [20_000]);
  });

  Deno.test(`LineBuffer returns the same lines as split() when filled by ${name}() in random pieces`, () => {
    const piece = fc.oneof(
      fc.constantFrom("\n", "\r\n", "\r", "x\n"),
      fc.string({ unit: "grapheme", maxLength: 20 }),
      fc.nat(90_000).map((length) => "y".repeat(length)),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 25 }),
        fc.array(fc.nat(500_000), { maxLength: 15 }),
        fc.boolean(),
        (parts, places, oneByOne) => {
          const text = parts.join("");
          const whole = bytes(text);
          const lines = new LineBuffer();
          const taken: string[] = [];
          const inside = places.filter((place) => place < whole.length);
          for (const chunk of cut(whole, inside)) {
            fill(lines, chunk);
            taken.push(...take(lines, oneByOne));
          }
          taken.push(new TextDecoder().decode(lines.takeRest()));
          assertEquals(taken, text.split("\n"));
        },
      ),
      { numRuns: 100 },
    );
  });

  Deno.test(`LineBuffer searches and moves bytes in linear time when filled by ${name}()`, () => {
    using counted = countBytes();
    const lines = new LineBuffer();
    const long = bytes("z".repeat(1_000));
    const short = bytes(`${"s".repeat(99)}\n`.repeat(10));
    let filled = 0;
    for (
      const chunk of [...Array(3_000).fill(long), ...Array(3_000).fill(short)]
    ) {
      fill(lines, chunk);
      filled += chunk.length;
      take(lines);
    }
    // Doubling moves each byte of the long line at most once more on average.
    assertLessOrEqual(counted.searched, filled);
    assertLessOrEqual(counted.moved, 3 * filled);
  });
}

/** Counts the bytes that are searched and moved, until disposed of. */
function countBytes(): Disposable & { searched: number; moved: number } {
  const { lastIndexOf, copyWithin, set } = Uint8Array.prototype;
  const counted = {
    searched: 0,
    moved: 0,
    [Symbol.dispose]: () => {
      Object.assign(Uint8Array.prototype, { lastIndexOf, copyWithin, set });
    },
  };
  Object.assign(Uint8Array.prototype, {
    lastIndexOf(this: Uint8Array, element: number): number {
      const found = lastIndexOf.call(this, element);
      counted.searched += this.length - Math.max(0, found);
      return found;
    },
    copyWithin(this: Uint8Array, to: number, start: number, end: number) {
      counted.moved += end - start;
      return copyWithin.call(this, to, start, end);
    },
    set(this: Uint8Array, array: ArrayLike<number>, offset?: number): void {
      counted.moved += array.length;
      set.call(this, array, offset);
    },
  });
  return counted;
}

Deno.test("LineBuffer.lend() always lends at least 16 KiB", () => {
  const lines = new LineBuffer();
  for (let round = 0; round < 300; round++) {
    const room = lines.lend();
    assert(room.length >= 16 * 1024);
    lines.giveBack(room.fill(0x61).subarray(0, 1_009));
  }
  assertEquals(lines.peekLines(), undefined);
  assertEquals(lines.takeRest().length, 300 * 1_009);
});
