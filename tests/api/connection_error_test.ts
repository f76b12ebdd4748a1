import {
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import { ConnectionError, isTimeout, StatusError } from "../../mod.ts";

Deno.test("ConnectionError is an Error with its name, message and cause", () => {
  const cause = new TypeError("refused");
  const error = new ConnectionError("Cannot reach it: refused", { cause });
  assertInstanceOf(error, Error);
  assertEquals(error instanceof StatusError, false);
  assertEquals(error.name, "ConnectionError");
  assertEquals(String(error), "ConnectionError: Cannot reach it: refused");
  assertStrictEquals(error.cause, cause);
});

Deno.test("ConnectionError does not satisfy the predicates for server failures", () => {
  assertEquals(isTimeout(new ConnectionError("Timeout")), false);
});
