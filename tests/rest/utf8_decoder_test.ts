// `Utf8Decoder` against a `TextDecoder` with `fatal: true`.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Utf8Decoder } from "../../rest/_utf8_decoder.ts";

function fatal(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
  } catch {
    return undefined;
  }
}

const CASES: [name: string, bytes: number[]][] = [
  ["nothing", []],
  ["ASCII", [0x61, 0x62]],
  ["more than ASCII", [0xc3, 0xa4, 0xe2, 0x82, 0xac]],
  ["an encoded replacement character", [0xef, 0xbf, 0xbd]],
  ["a byte order mark", [0xef, 0xbb, 0xbf, 0x61]],
  ["a byte that is never UTF-8", [0x61, 0xff]],
  ["a character that is cut off", [0x61, 0xe2, 0x82]],
  ["a replacement character and a bad byte", [0xef, 0xbf, 0xbd, 0xff]],
];

for (const [name, bytes] of CASES) {
  Deno.test(`Utf8Decoder.decode() agrees with a fatal decoder when given ${name}`, () => {
    const given = new Uint8Array(bytes);
    assertEquals(new Utf8Decoder().decode(given), fatal(given));
  });
}

Deno.test("Utf8Decoder.decode() agrees with a fatal decoder when given random bytes repeatedly", () => {
  const decoder = new Utf8Decoder();
  const text = fc.string({ unit: "binary" }).map((value) =>
    new TextEncoder().encode(value)
  );
  const bytes = fc.uint8Array({ maxLength: 12 });
  fc.assert(
    fc.property(fc.oneof(text, bytes), (given) => {
      const copy = new Uint8Array(given);
      assertEquals(decoder.decode(copy), fatal(copy));
    }),
    { numRuns: 1_000 },
  );
});
