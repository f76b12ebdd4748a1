// What is given to list and watch with, where TypeScript has not checked it.

import { assertThrows } from "@std/assert";
import { checkSource } from "../../api/_check_source.ts";
import { FakeListerWatcher } from "../../testing/mod.ts";

Deno.test("checkSource() accepts what has the methods, also inherited ones", () => {
  checkSource(new FakeListerWatcher(), "list", "watch");
  checkSource({ watch: () => {} }, "watch");
});

Deno.test("checkSource() says that a promise has to be awaited", () => {
  assertThrows(
    () => checkSource(Promise.resolve(new FakeListerWatcher()), "watch"),
    TypeError,
    "await it",
  );
});

Deno.test("checkSource() names the methods that it needs", () => {
  for (const source of [{ watch: () => {} }, "/api/v1/pods", undefined, null]) {
    assertThrows(
      () => Reflect.apply(checkSource, undefined, [source, "list", "watch"]),
      TypeError,
      "expected list() and watch()",
    );
  }
});
