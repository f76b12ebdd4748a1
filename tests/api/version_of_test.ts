import { assertEquals } from "@std/assert";
import { versionOf } from "../../api/_version_of.ts";
import { untyped } from "../support/scripted_watcher.ts";

Deno.test("versionOf() returns the version, or undefined if there is none", () => {
  assertEquals(versionOf({ metadata: { resourceVersion: "12" } }), "12");
  for (
    const object of [
      { metadata: { resourceVersion: "" } },
      { metadata: { resourceVersion: 12 } },
      { metadata: { resourceVersion: null } },
      { metadata: {} },
      { metadata: null },
      {},
      "text",
      null,
      undefined,
    ]
  ) {
    assertEquals(versionOf(untyped(object)), undefined);
  }
});
