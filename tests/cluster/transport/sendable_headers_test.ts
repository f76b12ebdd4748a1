// Headers that can be sent, and those that cannot.

import { assertEquals, assertThrows } from "@std/assert";
import { ConfigurationError } from "../../../api/configuration_error.ts";
import { sendableHeaders } from "../../../cluster/transport/sendable_headers.ts";

const UNSENDABLE: [name: string, value: string, said: string][] = [
  ["impersonate-user", "a\nb", "header impersonate-user: its value contains"],
  ["impersonate-user", "a\r\nb", "its value contains a control character"],
  ["impersonate-user", "a\0b", "its value contains a control character"],
  ["impersonate-user", "a\x7fb", "its value contains a control character"],
  ["impersonate extra", "a", 'header "impersonate extra": its name contains'],
  ["", "a", 'header "": its name contains a character that is not allowed'],
];

for (const [name, value, said] of UNSENDABLE) {
  Deno.test(`sendableHeaders() throws ConfigurationError when the header is ${JSON.stringify(`${name}: ${value}`)}`, () => {
    assertThrows(
      () => sendableHeaders([["a", "b"], [name, value]]),
      ConfigurationError,
      said,
    );
  });
}

Deno.test("sendableHeaders() encodes values as UTF-8", () => {
  assertEquals(
    sendableHeaders([["a", "x\ty z"], ["b", "ü"], ["b", "用"]]),
    [["a", "x\ty z"], ["b", "\xc3\xbc"], ["b", "\xe7\x94\xa8"]],
  );
});
