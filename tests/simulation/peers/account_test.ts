import { assert, assertEquals } from "@std/assert";
import { Account, type Contract, type Outcome } from "./_account.ts";
import type { PeerReport } from "./_messages.ts";

type Type = "ADDED" | "MODIFIED" | "DELETED";

/** An event, or a change: type, name, version. */
type Row = readonly [type: Type, name: string, version: number, uid?: string];

const CHANGES: readonly Row[] = [
  ["ADDED", "a", 1],
  ["MODIFIED", "a", 2],
  ["ADDED", "b", 3],
  ["DELETED", "b", 4],
  ["ADDED", "last", 5],
];

const LISTED: PeerReport = {
  type: "listed",
  version: "1",
  objects: { a: "1" },
};

function event([type, name, version, uid = name]: Row): PeerReport {
  return { type, name, uid, version: `${version}` };
}

function account(
  contract: Contract,
  reports: readonly (Row | PeerReport)[],
  changes: readonly Row[] = CHANGES,
): Outcome {
  const account = new Account(contract, "last");
  for (const [type, name, version] of changes) {
    account.changed({ type, name, version });
  }
  for (const report of reports) {
    account.reported("type" in report ? report : event(report));
  }
  return account.outcome();
}

const CLEAN = { lost: 0, repeated: 0, invented: 0, ended: 0, hangs: false };

function figures(
  { lost, repeated, invented, ended, hangs }: Outcome,
): typeof CLEAN {
  return { lost, repeated, invented, ended, hangs };
}

Deno.test("Account finds nothing wrong when each change is delivered once", () => {
  const outcome = account("each change", [LISTED, ...CHANGES.slice(1)]);
  assertEquals(figures(outcome), CLEAN);
  assertEquals(outcome.notes, []);
});

Deno.test("Account counts a change as lost when a later one is delivered", () => {
  const delivered = CHANGES.filter(([, , version]) => version > 2);
  const outcome = account("each change", [LISTED, ...delivered]);
  assertEquals(figures(outcome), { ...CLEAN, lost: 1 });
  assertEquals(outcome.notes, ["lost: MODIFIED a at 2"]);
});

Deno.test("Account counts a change as repeated when it is delivered again", () => {
  const [first, ...others] = CHANGES.slice(1);
  assert(first);
  const reports = [LISTED, first, ...others, first];
  assertEquals(figures(account("each change", reports)), {
    ...CLEAN,
    repeated: 1,
  });
});

Deno.test("Account counts what the list has shown as repeated", () => {
  const outcome = account("each change", [LISTED, ...CHANGES]);
  assertEquals(figures(outcome), { ...CLEAN, repeated: 1 });
});

Deno.test("Account counts an event as invented when nothing has changed", () => {
  const reports = [LISTED, ...CHANGES.slice(1), event(["ADDED", "c", 9])];
  assertEquals(figures(account("each change", reports)), {
    ...CLEAN,
    invented: 1,
  });
});

Deno.test("Account calls it hanging, not lost, when the end is missing", () => {
  const outcome = account("each change", [LISTED, ...CHANGES.slice(1, 3)]);
  assertEquals(figures(outcome), { ...CLEAN, hangs: true });
});

Deno.test("Account excuses what happened before the list after an end", () => {
  const outcome = account("each change", [
    LISTED,
    { type: "ended", why: "410" },
    { type: "listed", version: "4", objects: { a: "2" } },
    ...CHANGES.slice(4),
  ]);
  assertEquals(figures(outcome), { ...CLEAN, ended: 1 });
});

Deno.test("Account does not excuse what happened after that list", () => {
  const outcome = account("each change", [
    LISTED,
    { type: "ended", why: "410" },
    { type: "listed", version: "2", objects: { a: "2" } },
    ...CHANGES.slice(4),
  ]);
  assertEquals(figures(outcome), { ...CLEAN, ended: 1, lost: 2 });
});

Deno.test("Account lets a cache skip states", () => {
  const outcome = account("last state", [
    ...CHANGES.slice(1, 2),
    ...CHANGES.slice(4),
    { type: "cache", objects: { a: "2", last: "5" } },
  ]);
  assertEquals(figures(outcome), CLEAN);
  assertEquals(outcome.isCacheWrong, false);
});

Deno.test("Account counts a last state as lost when it is not delivered", () => {
  const outcome = account("last state", [
    ...CHANGES.slice(0, 1),
    ...CHANGES.slice(4),
    { type: "cache", objects: { a: "2", last: "5" } },
  ]);
  assertEquals(figures(outcome), { ...CLEAN, lost: 1 });
  assertEquals(outcome.isCacheWrong, false);
});

Deno.test("Account counts a deletion as lost when it is not delivered", () => {
  const outcome = account("last state", [
    ...CHANGES.slice(1, 3),
    ...CHANGES.slice(4),
  ]);
  assertEquals(figures(outcome), { ...CLEAN, lost: 1 });
});

Deno.test("Account notices a cache that holds something else", () => {
  const outcome = account("last state", [
    ...CHANGES,
    { type: "cache", objects: { a: "1", last: "5" } },
  ]);
  assertEquals(figures(outcome), CLEAN);
  assertEquals(outcome.isCacheWrong, true);
});

Deno.test("Account takes the events for the cache when there is none", () => {
  const right = account("last state", [...CHANGES, { type: "cache" }]);
  assertEquals(right.isCacheWrong, false);
  const wrong = account("last state", [
    ...CHANGES.slice(1, 3),
    ...CHANGES.slice(4),
    { type: "cache", objects: null },
  ]);
  assertEquals(wrong.isCacheWrong, true);
});

Deno.test("Account counts the same or an older state of an object as repeated", () => {
  const [older, newer] = CHANGES;
  assert(older && newer);
  const outcome = account("last state", [
    ...CHANGES,
    event(older),
    event(newer),
  ]);
  assertEquals(figures(outcome), { ...CLEAN, repeated: 2 });
});

Deno.test("Account counts a deletion as repeated when it is delivered again", () => {
  const outcome = account("last state", [
    ...CHANGES,
    event(["DELETED", "b", 4]),
  ]);
  assertEquals(figures(outcome), { ...CLEAN, repeated: 1 });
});

Deno.test("Account accepts a successor before the deletion of its predecessor", () => {
  const changes: readonly Row[] = [
    ["ADDED", "a", 1],
    ["DELETED", "a", 2],
    ["ADDED", "a", 3],
    ["ADDED", "last", 4],
  ];
  const outcome = account("last state", [
    ["ADDED", "a", 1, "first"],
    ["ADDED", "a", 3, "second"],
    ["DELETED", "a", 1, "first"],
    ["ADDED", "last", 4],
    { type: "cache" },
  ], changes);
  assertEquals(figures(outcome), CLEAN);
  assertEquals(outcome.isCacheWrong, false);
});
