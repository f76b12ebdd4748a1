/**
 * Checks of the revision of a Deployment.
 *
 * @module
 */

import { assertThrows } from "@std/assert";
import { checkRevision } from "../../cli/_rollout_revision.ts";

function deployment(revision?: string) {
  const annotations: Record<string, string> = revision === undefined
    ? {}
    : { "deployment.kubernetes.io/revision": revision };
  return { kind: "Deployment", metadata: { name: "web", annotations } };
}

Deno.test("checkRevision() accepts the wanted revision", () => {
  checkRevision(deployment("3"), 3);
  checkRevision(deployment("3"), 0);
  checkRevision({ ...deployment(), kind: "StatefulSet" }, 7);
});

Deno.test("checkRevision() throws on another revision, with kubectl's message", () => {
  const cases: readonly [string | undefined, string][] = [
    ["3", "desired revision (4) is different from the running revision (3)"],
    [
      undefined,
      "desired revision (4) is different from the running revision (0)",
    ],
    ["x", 'cannot get the revision of deployment "web": "x" is not a number'],
  ];
  for (const [revision, message] of cases) {
    assertThrows(() => checkRevision(deployment(revision), 4), Error, message);
  }
});
