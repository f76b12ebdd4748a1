import { assertEquals } from "@std/assert";
import { Account, type Change } from "../simulation/peers/_account.ts";
import type { PeerReport } from "../simulation/peers/_messages.ts";
import { settle } from "./_settle.ts";

const CHANGES: readonly Change[] = [
  { type: "ADDED", name: "last", version: 9 },
  { type: "ADDED", name: "a", version: 1 },
  { type: "ADDED", name: "a", version: 5 },
];

const LISTED: PeerReport = { type: "listed", version: "1", objects: {} };

function deleted(version: string): PeerReport {
  return { type: "DELETED", name: "a", uid: "a", version };
}

function added(name: string, version: string): PeerReport {
  return { type: "ADDED", name, uid: name, version };
}

function figures(
  reports: readonly PeerReport[],
  unsureDeletions: readonly string[],
): number[] {
  const account = new Account("each change", "last");
  const truth = { changes: CHANGES, unsureDeletions };
  const { lost, repeated, invented } = settle(account, reports, truth);
  return [lost, repeated, invented];
}

Deno.test("settle() takes the version of an unsure deletion from its event", () => {
  const reports = [LISTED, deleted("3"), added("a", "5"), added("last", "9")];
  assertEquals(figures(reports, ["a"]), [0, 0, 0]);
});

Deno.test("settle() does so once", () => {
  const reports = [
    LISTED,
    deleted("3"),
    deleted("4"),
    added("a", "5"),
    added("last", "9"),
  ];
  assertEquals(figures(reports, ["a"]), [0, 0, 1]);
  assertEquals(figures(reports, []), [0, 0, 2]);
});

Deno.test("settle() counts a change as lost in whatever order it was recorded", () => {
  assertEquals(figures([LISTED, added("last", "9")], []), [1, 0, 0]);
});
