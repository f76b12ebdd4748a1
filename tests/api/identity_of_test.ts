// `identityOf` of events that have been parsed; see the tests of the lazy event
// for those that have not.

import { assertEquals } from "@std/assert";
import { identityOf, type WatchEvent } from "../../mod.ts";

const CASES: [what: string, event: WatchEvent, expected: object][] = [
  [
    "all that identifies an object",
    {
      type: "DELETED",
      object: {
        metadata: {
          name: "web",
          namespace: "default",
          uid: "6f2f",
          resourceVersion: "7",
          labels: { app: "web" },
        },
      },
    },
    { name: "web", namespace: "default", uid: "6f2f", resourceVersion: "7" },
  ],
  [
    "an empty name for a bookmark",
    { type: "BOOKMARK", object: { metadata: { resourceVersion: "7" } } },
    { name: "", resourceVersion: "7" },
  ],
  [
    "an empty name for an error",
    { type: "ERROR", object: { code: 410, reason: "Expired" } },
    { name: "" },
  ],
];

for (const [what, event, expected] of CASES) {
  Deno.test(`identityOf() returns ${what}`, () => {
    assertEquals({ ...identityOf(event) }, expected);
  });
}
