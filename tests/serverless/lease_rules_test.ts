// The rules of client-go's tools/leaderelection, without and with a server.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import fc from "fast-check";
import { movesOf } from "../../serverless/_fair_shares.ts";
import { HeldLease, type LeaseEnd } from "../../serverless/_held_lease.ts";
import {
  checkTimings,
  claimed,
  type Lease,
  newLease,
  readLease,
  released,
} from "../../serverless/_lease.ts";
import { LeaseClient } from "../../serverless/_lease_client.ts";
import { momentOf } from "../../serverless/_lease_clock.ts";
import { LeaseView } from "../../serverless/_lease_view.ts";
import { FakeApiServer } from "../../testing/mod.ts";
import { SimulatedProcess } from "../support/replicas.ts";
import { turn } from "../support/wait_fakes.ts";

const timings = {
  leaseDurationMs: 15_000,
  renewDeadlineMs: 10_000,
  retryPeriodMs: 2_000,
};

function leaseOf(spec: object, metadata: object = {}): Lease {
  const lease = readLease({ metadata: { name: "jobs-0", ...metadata }, spec });
  assert(lease !== undefined);
  return lease;
}

const theirs = {
  holderIdentity: "a",
  leaseDurationSeconds: 15,
  acquireTime: "2026-01-01T00:00:00.000000Z",
  renewTime: "2026-01-01T00:00:00.000000Z",
  leaseTransitions: 3,
};

const noon = Date.parse("2026-01-01T12:00:00.250Z");

for (
  const [what, timing, isValid] of [
    ["client-go's defaults", {}, true],
    ["a lease duration of the renew deadline", {
      renewDeadlineMs: 15_000,
    }, false],
    ["a renew deadline of 1.2 retry periods", {
      renewDeadlineMs: 2_400,
    }, false],
    ["a renew deadline just above", { renewDeadlineMs: 2_401 }, true],
    ["parts of a second", { leaseDurationMs: 15_500 }, false],
    ["a retry period of 0", { retryPeriodMs: 0 }, false],
    ["NaN", { retryPeriodMs: NaN }, false],
    ["Infinity", { leaseDurationMs: Infinity }, false],
  ] as const
) {
  Deno.test(`checkTimings() ${isValid ? "accepts" : "refuses"} ${what}`, () => {
    const check = () => checkTimings({ ...timings, ...timing });
    if (isValid) check();
    else assertThrows(check, RangeError);
  });
}

// LeaderElector.tryAcquireOrRenew: the record that is written.
for (
  const [what, spec, expected] of [
    ["another's", theirs, {
      acquireTime: "2026-01-01T12:00:00.250000Z",
      leaseTransitions: 4,
    }],
    ["one that was released", { ...theirs, holderIdentity: "" }, {
      acquireTime: "2026-01-01T12:00:00.250000Z",
      leaseTransitions: 4,
    }],
    ["its own", { ...theirs, holderIdentity: "b" }, {
      acquireTime: "2026-01-01T00:00:00.000000Z",
      leaseTransitions: 3,
    }],
    ["an empty one", {}, {
      acquireTime: "2026-01-01T12:00:00.250000Z",
      leaseTransitions: 1,
    }],
  ] as const
) {
  Deno.test(`claimed() writes what client-go writes into ${what}`, () => {
    const lease = leaseOf(spec, { resourceVersion: "7", labels: { a: "b" } });
    const { metadata, spec: written } = claimed(lease, {
      identity: "b",
      layout: "pods in 4 shards",
      leaseDurationMs: 15_000,
      wallTime: noon,
    });
    assertEquals(written, {
      holderIdentity: "b",
      leaseDurationSeconds: 15,
      renewTime: "2026-01-01T12:00:00.250000Z",
      ...expected,
    });
    assertEquals(metadata, {
      name: "jobs-0",
      resourceVersion: "7",
      labels: { a: "b" },
      annotations: { "watchtools/shared-watch-layout": "pods in 4 shards" },
    });
  });
}

Deno.test("newLease() writes what client-go creates", () => {
  const claim = {
    identity: "b",
    layout: "pods in 4 shards",
    leaseDurationMs: 15_000,
    wallTime: noon,
  };
  const place = { namespace: "jobs", sharing: "maps", name: "maps-0" };
  const { spec } = newLease({ ...place, role: "shard" }, claim);
  assertEquals(spec, {
    holderIdentity: "b",
    leaseDurationSeconds: 15,
    acquireTime: "2026-01-01T12:00:00.250000Z",
    renewTime: "2026-01-01T12:00:00.250000Z",
    leaseTransitions: 0,
  });
  assertEquals(newLease({ ...place, role: "layout" }, claim).spec, {});
});

Deno.test("released() writes what client-go writes on release", () => {
  assertEquals(released(leaseOf(theirs), noon).spec, {
    holderIdentity: "",
    leaseDurationSeconds: 1,
    acquireTime: "2026-01-01T12:00:00.250000Z",
    renewTime: "2026-01-01T12:00:00.250000Z",
    leaseTransitions: 3,
  });
});

// isLeaseValid, with observedTime: [seen at, spec] …, then who holds it when.
const renewed = { ...theirs, renewTime: "2026-01-01T00:00:02.000000Z" };
for (
  const [what, seen, at, holder] of [
    ["is held until its duration has passed", [[0, theirs]], 14_999, "a"],
    ["has run out then", [[0, theirs]], 15_000, undefined],
    [
      "counts from the last renewal seen",
      [
        [0, theirs],
        [2_000, renewed],
      ],
      16_999,
      "a",
    ],
    [
      "is not renewed by being seen again",
      [
        [0, theirs],
        [2_000, { ...theirs }],
      ],
      15_000,
      undefined,
    ],
    [
      "is held however long ago it says it was renewed",
      [
        [0, { ...theirs, renewTime: "1999-01-01T00:00:00.000000Z" }],
      ],
      14_999,
      "a",
    ],
    [
      "runs out however late it says it was renewed",
      [
        [0, { ...theirs, renewTime: "2099-01-01T00:00:00.000000Z" }],
      ],
      15_000,
      undefined,
    ],
    [
      "lasts as long as its holder has written",
      [
        [0, { ...theirs, leaseDurationSeconds: 60 }],
      ],
      59_999,
      "a",
    ],
    [
      "is free when it was released",
      [
        [0, { ...theirs, holderIdentity: "" }],
      ],
      1,
      undefined,
    ],
    ["is free when it says nothing", [[0, {}]], 1, undefined],
    [
      "is free when its fields are of other types",
      [
        [0, { holderIdentity: 1, leaseDurationSeconds: "15" }],
      ],
      1,
      undefined,
    ],
  ] as const
) {
  Deno.test(`LeaseView.holder(): a Lease ${what}`, () => {
    const view = new LeaseView();
    for (const [now, spec] of seen) view.observe(leaseOf(spec), now);
    assertEquals(view.holder("jobs-0", at), holder);
  });
}

/** A Lease that is held on a server. */
async function held(server: FakeApiServer, process: SimulatedProcess) {
  const client = new LeaseClient({
    server: "https://kubernetes.default.svc",
    fetch: process.fetch,
    requestTimeoutMs: 5_000,
  }, { namespace: "jobs", name: "maps" });
  const { clock } = process;
  const sentAt = momentOf(clock);
  const ends: [LeaseEnd, number][] = [];
  const errors: unknown[] = [];
  const lease = await client.create({ name: "maps-0", role: "shard" }, {
    identity: "a",
    layout: "x",
    leaseDurationMs: 15_000,
    wallTime: clock.wallTime(),
  });
  return {
    ends,
    errors,
    lease: new HeldLease(lease, sentAt, {
      client,
      clock,
      timings,
      identity: "a",
      layout: "x",
      onError: (error) => errors.push(error),
      onEnd: (why) => ends.push([why, clock.now()]),
    }),
    spec: () => server.get(PATH)?.spec,
  };
}

const PATH = "/apis/coordination.k8s.io/v1/namespaces/jobs/leases/maps-0";

/** Lets time pass, in steps in which requests are answered. */
async function pass(time: FakeTime, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    await turn();
    time.tick(100);
    await turn();
  }
}

Deno.test("HeldLease renews every retry period", async () => {
  await using server = new FakeApiServer();
  using time = new FakeTime(noon);
  const { lease, spec, ends } = await held(
    server,
    new SimulatedProcess(server),
  );
  await pass(time, 6_500);
  assertEquals(server.requests.map(({ method }) => method), [
    "POST",
    "PUT",
    "PUT",
    "PUT",
  ]);
  assertEquals(spec(), {
    holderIdentity: "a",
    leaseDurationSeconds: 15,
    acquireTime: "2026-01-01T12:00:00.250000Z",
    renewTime: "2026-01-01T12:00:06.250000Z",
    leaseTransitions: 0,
  });
  assert(lease.isHeld());
  await lease.release();
  assertEquals(ends.map(([why]) => why), ["released"]);
  assertEquals(time.now > 0, true);
});

Deno.test("HeldLease is lost at the deadline after the last renewal that was sent", async () => {
  await using server = new FakeApiServer();
  using time = new FakeTime(noon);
  const { lease, ends, errors } = await held(
    server,
    new SimulatedProcess(server),
  );
  await pass(time, 4_500);
  server.failNext({ status: 500, count: Infinity });
  await pass(time, 9_400);
  // The last one was sent after 4 seconds.
  assertEquals(ends, []);
  await pass(time, 200);
  assertEquals(ends, [["deadline", 14_000]]);
  assertEquals(lease.isHeld(), false);
  assertEquals(errors.length, 4);
});

Deno.test("HeldLease does not count the time that the answer took", async () => {
  await using server = new FakeApiServer();
  using time = new FakeTime(noon);
  const process = new SimulatedProcess(server);
  const { ends } = await held(server, process);
  process.answersAfterMs = () => 1_500;
  await pass(time, 2_500);
  server.failNext({ status: 500, count: Infinity });
  await pass(time, 9_600);
  assertEquals(ends, [["deadline", 12_000]]);
});

Deno.test("HeldLease is lost at the deadline where the server does not answer", async () => {
  await using server = new FakeApiServer();
  using time = new FakeTime(noon);
  const { ends } = await held(server, new SimulatedProcess(server));
  server.failNext({ hang: "answer", count: Infinity });
  await pass(time, 10_100);
  assertEquals(ends, [["deadline", 10_000]]);
});

Deno.test("HeldLease survives failures that are shorter than the deadline", async () => {
  await using server = new FakeApiServer();
  using time = new FakeTime(noon);
  const { lease, ends } = await held(server, new SimulatedProcess(server));
  await pass(time, 1_000);
  server.failNext({ status: 503, count: 3 });
  await pass(time, 12_000);
  assertEquals(ends, []);
  assert(lease.isHeld());
  lease.abandon();
});

Deno.test("HeldLease goes on where only something else of the Lease has changed", async () => {
  await using server = new FakeApiServer();
  using time = new FakeTime(noon);
  const { lease, ends, spec } = await held(
    server,
    new SimulatedProcess(server),
  );
  server.patch(PATH, { metadata: { labels: { team: "blue" } } });
  await pass(time, 2_100);
  assertEquals(ends, []);
  const { metadata } = server.get(PATH) ?? {};
  assertEquals(metadata?.labels?.team, "blue");
  assertEquals(Reflect.get(Object(spec()), "holderIdentity"), "a");
  lease.abandon();
});

Deno.test("HeldLease is lost at once where another has taken it", async () => {
  await using server = new FakeApiServer();
  using time = new FakeTime(noon);
  const { ends } = await held(server, new SimulatedProcess(server));
  server.patch(PATH, { spec: { holderIdentity: "b" } });
  await pass(time, 2_100);
  assertEquals(ends, [["taken", 2_000]]);
});

Deno.test("HeldLease is lost where the Lease was deleted", async () => {
  await using server = new FakeApiServer();
  using time = new FakeTime(noon);
  const { ends } = await held(server, new SimulatedProcess(server));
  server.delete(PATH);
  await pass(time, 2_100);
  assertEquals(ends, [["deleted", 2_000]]);
});

Deno.test("HeldLease.isHeld() is false at once when a stopped process goes on", async () => {
  await using server = new FakeApiServer();
  using time = new FakeTime(noon);
  const process = new SimulatedProcess(server);
  const { lease, ends } = await held(server, process);
  process.stop();
  await pass(time, 30_000);
  assertEquals(ends, []);
  process.continue();
  // No timer has fired yet.
  assertEquals(lease.isHeld(), false);
  assertEquals(ends, [["deadline", 30_000]]);
  await turn();
});

Deno.test("HeldLease.isHeld() believes the wall clock where the machine has slept", async () => {
  await using server = new FakeApiServer();
  using _time = new FakeTime(noon);
  const process = new SimulatedProcess(server);
  let slept = 0;
  const { clock } = process;
  const lease = new HeldLease(leaseOf(theirs), momentOf(clock), {
    client: new LeaseClient({ server: "https://x" }, {
      namespace: "jobs",
      name: "maps",
    }),
    clock: { ...clock, wallTime: () => clock.wallTime() + slept },
    timings,
    identity: "a",
    layout: "x",
    onError: () => {},
    onEnd: () => {},
  });
  assert(lease.isHeld());
  slept = 10_000;
  assertEquals(lease.isHeld(), false);
});

Deno.test("HeldLease.release() releases also after a write whose answer was lost", async () => {
  await using server = new FakeApiServer();
  using _time = new FakeTime(noon);
  const { lease, spec } = await held(server, new SimulatedProcess(server));
  server.patch(PATH, { spec: { renewTime: "2026-01-01T12:00:02.000000Z" } });
  await lease.release();
  assertEquals(Reflect.get(Object(spec()), "holderIdentity"), "");
});

Deno.test("HeldLease.release() leaves another's Lease alone", async () => {
  await using server = new FakeApiServer();
  using _time = new FakeTime(noon);
  const { lease, spec } = await held(server, new SimulatedProcess(server));
  server.patch(PATH, { spec: { holderIdentity: "b" } });
  await lease.release();
  assertEquals(Reflect.get(Object(spec()), "holderIdentity"), "b");
});

// [replica, alive, holders], what it acquires, how many it gives up.
for (
  const [what, identity, replicas, holders, acquire, surplus] of [
    ["all where it is alone", "a", ["a"], [, , ,], [0, 1, 2], 0],
    ["its part of what is free", "b", ["a", "b"], [, , , ,], [2, 3], 0],
    ["nothing beyond its share", "a", ["a", "b"], ["a", "a", , ,], [], 0],
    ["the rest of its share", "b", ["a", "b"], ["a", "a", , ,], [2, 3], 0],
    ["less when another comes", "a", ["a", "b"], ["a", "a", "a", "a"], [], 2],
    ["nothing less where all is even", "a", ["a", "b"], ["a", "a", "b"], [], 0],
    ["nothing more where all is even", "b", ["a", "b"], ["a", "a", "b"], [], 0],
    [
      "nothing where there are more replicas than shards",
      "c",
      [
        "a",
        "b",
        "c",
      ],
      ["a", "b"],
      [],
      0,
    ],
    ["what a dead one has left", "a", ["a", "b"], ["a", "b", , ,], [2], 0],
    [
      "its share beside a holder without a presence",
      "b",
      ["b"],
      [
        "a",
        "a",
        "a",
        ,
      ],
      [3],
      0,
    ],
  ] as const
) {
  Deno.test(`movesOf(): a replica takes ${what}`, () => {
    const state = { identity, replicas, holders: Array.from(holders) };
    assertEquals(movesOf(state), { acquire: [...acquire], surplus });
  });
}

Deno.test("movesOf() comes to rest, balanced, however it begins", () => {
  const names = ["a", "b", "c", "d", "e"];
  const holder = fc.option(fc.constantFrom(...names), { nil: undefined });
  const worlds = fc.record({
    holders: fc.array(holder, { minLength: 1, maxLength: 12 }),
    alive: fc.subarray(names, { minLength: 1 }),
    order: fc.infiniteStream(fc.nat({ max: 4 })),
  });
  fc.assert(fc.property(worlds, ({ holders, alive, order }) => {
    // The dead have lost theirs.
    const state = holders.map((name) =>
      name !== undefined && alive.includes(name) ? name : undefined
    );
    const moves = (identity: string) =>
      movesOf({ identity, replicas: alive, holders: state });
    for (let step = 0; step < 60; step++) {
      const identity = alive[(order.next().value ?? 0) % alive.length] ?? "";
      const { acquire, surplus } = moves(identity);
      assert(acquire.length === 0 || surplus === 0);
      for (const index of acquire) {
        assertEquals(state[index], undefined);
        state[index] = identity;
      }
      for (let i = 0; i < surplus; i++) {
        state[state.indexOf(identity)] = undefined;
      }
    }
    // Whoever was not asked often enough is asked now.
    for (const _ of alive) {
      for (const identity of alive) {
        const { acquire, surplus } = moves(identity);
        for (const index of acquire) state[index] = identity;
        for (let i = 0; i < surplus; i++) {
          state[state.indexOf(identity)] = undefined;
        }
      }
    }
    const counts = alive.map((name) =>
      state.filter((holder) => holder === name).length
    );
    assertEquals(state.includes(undefined), false);
    assert(Math.max(...counts) - Math.min(...counts) <= 1, `${counts}`);
    for (const identity of alive) {
      assertEquals(moves(identity), { acquire: [], surplus: 0 });
    }
  }));
});
