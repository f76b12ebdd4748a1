import { assert, assertEquals } from "@std/assert";
import { changesOf, faultsOf, LAST_CHANGE_MS, startMsOf } from "./_schedule.ts";

const SEEDS = Array.from({ length: 200 }, (_, index) => index + 1);

Deno.test("faultsOf() and changesOf() return the same for the same seed", () => {
  assertEquals(faultsOf(7, "n"), faultsOf(7, "n"));
  assertEquals(changesOf(7), changesOf(7));
  assertEquals(startMsOf(7), startMsOf(7));
});

Deno.test("faultsOf() leaves other namespaces alone and is over before the last change", () => {
  for (
    const { atMs, lastsMs, target } of SEEDS.flatMap((seed) =>
      faultsOf(seed, "n")
    )
  ) {
    assertEquals(target.namespace, "n");
    assert(atMs + lastsMs < LAST_CHANGE_MS - 1_000);
  }
});

Deno.test("faultsOf() lets each connection that stalls be reset soon", () => {
  for (const seed of SEEDS) {
    const faults = faultsOf(seed, "n");
    const stalls = faults.filter(({ fault }) =>
      fault.type === "stall" ||
      (fault.type === "cutCharacter" && fault.then === "stall")
    );
    for (const { atMs, lastsMs } of stalls) {
      assertEquals(lastsMs, 0);
      const reset = faults.some((each) =>
        each.fault.type === "reset" && each.fault.afterBytes === 0 &&
        each.atMs > atMs && each.atMs <= atMs + 2_500
      );
      assert(reset, `seed ${seed} stalls at ${atMs} ms without an end`);
    }
  }
});

Deno.test("faultsOf() refuses nothing for lack of permission", () => {
  const codes = SEEDS.flatMap((seed) => faultsOf(seed, "n")).flatMap((
    { fault },
  ) =>
    fault.type === "status"
      ? [fault.code]
      : fault.type === "errorEvent"
      ? [Number(fault.status)]
      : []
  );
  assertEquals(
    [...new Set(codes)].sort(),
    [410, 429, 500, 502, 503, 504],
  );
});
