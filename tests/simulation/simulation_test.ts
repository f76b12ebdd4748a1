// Some simulated hours, few enough for each run of the tests. Many more:
// `deno task simulate --seeds 1000`.

import { assert, assertEquals } from "@std/assert";
import { RequestTable } from "./_request_table.ts";
import { simulate } from "./_simulation.ts";

const SEEDS = 25;

/** How much of a trace a failure shows. */
const LAST_LINES = 40;

for (let seed = 1; seed <= SEEDS; seed++) {
  Deno.test(`simulate() finds no violation with seed ${seed}`, async () => {
    const { violations, trace } = await simulate(seed);
    const [first] = violations;
    const last = trace.slice(-LAST_LINES).join("\n");
    assert(
      first === undefined,
      `${last}\n${first?.message}\nReplay: deno task simulate --seed ${seed}`,
    );
  });
}

Deno.test("simulate() does the same for the same seed", async () => {
  const [one, other] = [await simulate(3), await simulate(3)];
  assert(one.changes > 100 && one.requests > 100 && one.faults > 0);
  assertEquals(withoutUids(one.trace), withoutUids(other.trace));
});

Deno.test("RequestTable counts requests by the fault in force", () => {
  const table = new RequestTable();
  const sent = [0, 1_000, 2_000, 30_000, 90_000].map((at) => ({
    at,
    watch: true,
    continued: false,
  }));
  table.add("informer", sent, [{
    atMs: 0,
    lastsMs: 60_000,
    target: {},
    fault: { type: "refuse" },
  }]);
  assertEquals(
    table.lines().at(-1),
    "| refuse, all | – | 4.0 (3) | – | – |",
  );
});

/** Uids are random. */
function withoutUids(trace: readonly string[]): string[] {
  return trace.map((line) => line.replaceAll(/\b[0-9a-f]{12}\b/g, "uid"));
}
