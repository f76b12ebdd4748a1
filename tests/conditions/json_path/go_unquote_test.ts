import { assertEquals } from "@std/assert";
import { unquote } from "../../../conditions/json_path/go_unquote.ts";

Deno.test("unquote() unquotes like Go's strconv", () => {
  for (
    const [quoted, text] of [
      [`"plain"`, "plain"],
      [`'plain'`, "plain"],
      [`""`, ""],
      [String.raw`"\a\b\f\n\r\t\v\\"`, "\x07\b\f\n\r\t\v\\"],
      [String.raw`"\x41\u00e9\U0001F600\101"`, "Aé😀A"],
      [String.raw`"\""`, '"'],
      [String.raw`'\''`, "'"],
      [`"it's"`, "it's"],
      [String.raw`"it's\n"`, "it's\n"],
      [String.raw`"😀\n"`, "😀\n"],
      [String.raw`"\377"`, "ÿ"],
      [String.raw`"\'"`, undefined],
      [String.raw`'\"'`, undefined],
      [String.raw`"\q"`, undefined],
      [String.raw`"\x4"`, undefined],
      [String.raw`"\18"`, undefined],
      [String.raw`"\400"`, undefined],
      [String.raw`"\ud800"`, undefined],
      [String.raw`"\U00110000"`, undefined],
      [`"a"b"`, undefined],
    ] as const
  ) {
    assertEquals(unquote(quoted), text, quoted);
  }
});
