import { assertEquals } from "@std/assert";
import { isPem, pemBlocks } from "../../internal/pem.ts";

function block(label: string, body = "AAAA\nBBBB"): string {
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----`;
}

const FIRST = block("CERTIFICATE", "first");
const SECOND = block("CERTIFICATE", "second");

Deno.test("pemBlocks() finds the blocks of a kind in order, without what is around them", () => {
  const text = `a comment\n${FIRST}\r\n${
    block("PRIVATE KEY")
  }\n${SECOND}\nmore`;
  assertEquals(pemBlocks(text, "certificate"), [FIRST, SECOND]);
  assertEquals(pemBlocks(text, "key"), [block("PRIVATE KEY")]);
});

Deno.test("pemBlocks() finds nothing in an empty text, nor in undefined", () => {
  assertEquals(pemBlocks("", "certificate"), []);
  assertEquals(pemBlocks(undefined, "key"), []);
});

Deno.test("pemBlocks() returns the same blocks when it is called again", () => {
  assertEquals(pemBlocks(FIRST, "certificate"), [FIRST]);
  assertEquals(pemBlocks(FIRST, "certificate"), [FIRST]);
});

for (
  const label of ["PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY"]
) {
  Deno.test(`isPem() accepts a block of ${label} as a key`, () => {
    assertEquals(isPem(block(label), "key"), true);
    assertEquals(isPem(block(label), "certificate"), false);
  });
}

for (
  const [what, text] of [
    ["no boundaries", "AAAA"],
    ["no content", block("CERTIFICATE").replaceAll(/[A-B\n]{4,}/g, "")],
    ["no end", FIRST.slice(0, -20)],
    ["the end of another", `${FIRST.slice(0, 34)}-----END PRIVATE KEY-----`],
    ["a key between its boundaries", block("PUBLIC KEY")],
  ] as const
) {
  Deno.test(`isPem() accepts a text with ${what} as neither`, () => {
    assertEquals(isPem(text, "certificate"), false);
    assertEquals(isPem(text, "key"), false);
  });
}

Deno.test("isPem() requires the same label at both ends of a key", () => {
  const text = block("RSA PRIVATE KEY").replace("END RSA", "END EC");
  assertEquals(isPem(text, "key"), false);
});
