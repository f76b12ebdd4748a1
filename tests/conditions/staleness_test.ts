// Whether a status speaks of the specification that is there now.

import { assertEquals } from "@std/assert";
import { explainStaleness, staleness } from "../../conditions/_staleness.ts";

const at = (generation: unknown, observedGeneration?: unknown) => ({
  metadata: { generation },
  status: { observedGeneration },
});

Deno.test("staleness() is there when the observed generation is behind", () => {
  assertEquals(staleness(at(2, 1)), { observed: 1, generation: 2 });
  assertEquals(staleness(at(2, 0)), { observed: 0, generation: 2 });
  for (
    const fresh of [at(2, 2), at(1, 2), at(2), at(undefined, 1), at("2", 1), {}]
  ) {
    assertEquals(staleness(fresh), undefined);
  }
  assertEquals(staleness(undefined), undefined);
});

Deno.test("staleness() believes a condition's own generation first", () => {
  const behind = { observedGeneration: 1 };
  const current = { observedGeneration: 2 };
  assertEquals(staleness(at(2, 2), behind), { observed: 1, generation: 2 });
  assertEquals(staleness(at(2, 1), current), undefined);
  assertEquals(staleness(at(2, 1), {}), { observed: 1, generation: 2 });
});

Deno.test("explainStaleness() names both generations", () => {
  assertEquals(
    explainStaleness({ observed: 1, generation: 3 }),
    "the status is of generation 1, generation 3 has not been observed",
  );
});
