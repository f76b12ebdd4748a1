// The text of errors inside other messages. No thrown value makes these throw
// themselves: an error about an error would hide both.

import { assertEquals } from "@std/assert";
import { clip, errorChainText, errorText } from "../../internal/error_text.ts";

/** An error whose message throws when it is read. */
function hostile(): Error {
  return Object.defineProperty(new Error(), "message", {
    get: () => {
      throw new Error("no message for you");
    },
  });
}

const NO_TEXT = "an object that cannot be converted to a string";

const TEXTS: readonly [string, unknown, string][] = [
  ["an error with a message", new Error("refused"), "refused"],
  ["an error without a message", new RangeError(), "RangeError"],
  [
    "an error whose message is not a string",
    Object.assign(new Error(), { message: 42 }),
    "42",
  ],
  ["a text", "refused", "refused"],
  ["undefined", undefined, "undefined"],
  ["null", null, "null"],
  ["a symbol", Symbol("refused"), "Symbol(refused)"],
  ["an object without a prototype", Object.create(null), NO_TEXT],
  ["an error that throws", hostile(), NO_TEXT],
];

for (const [what, error, text] of TEXTS) {
  Deno.test(`errorText() returns a text when the error is ${what}`, () => {
    assertEquals(errorText(error), text);
  });
}

Deno.test("errorChainText() joins the texts of the causes from the outermost in", () => {
  const inner = new Error("connection refused");
  const middle = new TypeError("fetch failed", { cause: inner });
  const outer = new Error("cannot list", { cause: middle });
  assertEquals(
    errorChainText(outer),
    "cannot list: fetch failed: connection refused",
  );
});

Deno.test("errorChainText() leaves out what an outer error has already said", () => {
  const inner = new Error("connection refused");
  const outer = new Error("fetch failed: connection refused", { cause: inner });
  assertEquals(errorChainText(outer), "fetch failed: connection refused");
});

Deno.test("errorChainText() ends at a cycle of causes and at a cause that is not an error", () => {
  const round = new Error("round");
  round.cause = new Error("and round", { cause: round });
  assertEquals(errorChainText(round), "round: and round");
  assertEquals(errorChainText(new Error("a", { cause: "b" })), "a: b");
  assertEquals(
    errorChainText(new Error("a", { cause: hostile() })),
    `a: ${NO_TEXT}`,
  );
  assertEquals(errorChainText(undefined), "");
});

Deno.test("clip() only truncates a text that is too long", () => {
  assertEquals(clip("abc", 3), "abc");
  assertEquals(clip("abcd", 3), "abc…");
  assertEquals(clip("", 3), "");
});

Deno.test("errorText() joins the errors of an AggregateError without a message", () => {
  const refused = [new Error("refused ::1"), new Error("refused 127.0.0.1")];
  assertEquals(
    errorText(new AggregateError(refused)),
    "refused ::1, refused 127.0.0.1",
  );
  assertEquals(errorText(new AggregateError(refused, "both")), "both");
  assertEquals(errorText(new AggregateError([])), "AggregateError");
});
