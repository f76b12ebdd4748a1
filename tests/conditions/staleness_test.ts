import { assertEquals } from "@std/assert";
import { explainStaleness, staleness } from "../../conditions/_staleness.ts";

const at = (generation: unknown, observedGeneration?: unknown) => ({
  metadata: { generation },
  status: { observedGeneration },
});

Deno.test("staleness() returns the generations when the observed one is older", () => {
  assertEquals(staleness(at(2, 1)), { observed: 1, generation: 2 });
  assertEquals(staleness(at(2, 0)), { observed: 0, generation: 2 });
  for (
    const fresh of [at(2, 2), at(1, 2), at(2), at(undefined, 1), at("2", 1), {}]
  ) {
    assertEquals(staleness(fresh), undefined);
  }
  assertEquals(staleness(undefined), undefined);
});

Deno.test("staleness() prefers the observed generation of a condition", () => {
  const behind = { observedGeneration: 1 };
  const current = { observedGeneration: 2 };
  assertEquals(staleness(at(2, 2), behind), { observed: 1, generation: 2 });
  assertEquals(staleness(at(2, 1), current), undefined);
  assertEquals(staleness(at(2, 1), {}), { observed: 1, generation: 2 });
});

Deno.test("explainStaleness() names both generations", () => {
  assertEquals(
    explainStaleness({ observed: 1, generation: 3 }),
    "the status is from generation 1, but the object is at generation 3",
  );
});

Deno.test("staleness() reads an observed generation that is a decimal text", () => {
  assertEquals(staleness(at(2, "1")), { observed: 1, generation: 2 });
  assertEquals(staleness(at(2, "2")), undefined);
  // Older controllers keep a hash there.
  assertEquals(staleness(at(2, "6d5c1")), undefined);
  assertEquals(staleness(at(2, "")), undefined);
  assertEquals(staleness(at(2, 2), { observedGeneration: "1" }), {
    observed: 1,
    generation: 2,
  });
});
