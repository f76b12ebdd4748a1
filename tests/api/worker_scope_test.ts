// `OwnerRequest`, whose requests are imitated: those of workerd are in
// `tests/runtimes/`.

import { assertEquals } from "@std/assert";
import { OwnerRequest } from "../../api/_worker_scope.ts";
import { Clock } from "../support/clock.ts";

/** The request in which the code runs: 1 is the one that owns. */
class Requests {
  current = 1;
  readonly owner = new OwnerRequest(() => this.current !== 1);
}

Deno.test("OwnerRequest.isOver is false as long as its timers run", async () => {
  using time = new Clock();
  const requests = new Requests();
  await time.tickAsync(60_000);
  requests.current = 2;
  assertEquals(requests.owner.isOver, false);
  requests.current = 1;
  requests.owner.end(() => {});
});

Deno.test("OwnerRequest.isOver is true in another request when its timers have stopped", async () => {
  using time = new Clock();
  const requests = new Requests();
  const { setTimeout } = globalThis;
  // A request that is over runs no timers.
  Object.assign(globalThis, { setTimeout: () => 0 });
  try {
    await time.tickAsync(1_000);
  } finally {
    Object.assign(globalThis, { setTimeout });
  }
  await time.tickAsync(4_999);
  requests.current = 2;
  assertEquals(requests.owner.isOver, false);
  await time.tickAsync(1);
  requests.current = 1;
  assertEquals(requests.owner.isOver, false);
  requests.current = 2;
  assertEquals(requests.owner.isOver, true);
});

Deno.test("OwnerRequest.end() runs a step at once, and leaves no timer", () => {
  using time = new Clock();
  const { owner } = new Requests();
  const steps: string[] = [];
  owner.end(() => steps.push("first"));
  owner.end(() => steps.push("second"));
  assertEquals(steps, ["first"]);
  assertEquals(time.timers, 0);
});

Deno.test("OwnerRequest.end() runs a step of another request in its own", async () => {
  using time = new Clock();
  const requests = new Requests();
  const ranIn: number[] = [];
  requests.current = 2;
  requests.owner.end(() => ranIn.push(requests.current));
  assertEquals(ranIn, []);
  requests.current = 1;
  await time.tickAsync(1_000);
  assertEquals(ranIn, [1]);
  assertEquals(time.timers, 0);
});
