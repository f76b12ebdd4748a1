// The bytes of a body, in blocks of any size.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { BodyBytes } from "../../rest/_body_bytes.ts";

Deno.test("BodyBytes returns the parts of what was put into it, in any order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 5 }), { maxLength: 5 }),
      fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 9 }),
      (blocks, parts) => {
        const bytes = new BodyBytes(blocks.map((b) => new Uint8Array(b)));
        const whole = blocks.flatMap((block) => [...block]);
        assertEquals(bytes.length, whole.length);
        for (const [start, end] of parts) {
          assertEquals([...bytes.part(start, end)], whole.slice(start, end));
        }
        assertEquals([...bytes.part(0, bytes.length)], whole);
      },
    ),
  );
});

Deno.test("BodyBytes.append() adds to the bytes, and changes no part that there was", () => {
  const bytes = new BodyBytes([new Uint8Array([1, 2])]);
  const part = bytes.part(0, 9);
  bytes.append(new Uint8Array());
  bytes.append(new Uint8Array([3]));
  assertEquals([...part], [1, 2]);
  assertEquals([bytes.length, ...bytes.part(1, 9)], [3, 2, 3]);
});

Deno.test("BodyBytes.part() copies nothing of one block", () => {
  const block = new Uint8Array([1, 2, 3]);
  const part = new BodyBytes([new Uint8Array(2), block]).part(3, 5);
  assertEquals([part.buffer === block.buffer, part.byteOffset], [true, 1]);
});

Deno.test("BodyBytes.release() gives away the blocks before a place, except for the first ones", () => {
  const blocks = [20_000, 100, 100, 100].map((size) => new Uint8Array(size));
  const bytes = new BodyBytes(blocks);
  bytes.release(20_199);
  assert(bytes.reuse(100) === blocks[1]);
  assertEquals(bytes.reuse(100), undefined);
  bytes.release(20_300);
  assertEquals(bytes.reuse(20_000), undefined);
  assert(bytes.reuse(100) === blocks[2]);
  // Nothing is after the last one yet.
  assertEquals(bytes.reuse(100), undefined);
  assertEquals([bytes.length, bytes.part(0, 5).length], [20_300, 5]);
});

Deno.test("BodyBytes.decode() decodes what was put into it, wherever characters are cut", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      fc.array(fc.nat(3)),
      (text, sizes) => {
        const all = new TextEncoder().encode(text);
        const bytes = new BodyBytes();
        let at = 0;
        for (const size of [...sizes, all.length]) {
          bytes.append(all.slice(at, at += size));
        }
        assertEquals(bytes.decode(), new TextDecoder().decode(all));
      },
    ),
  );
});
