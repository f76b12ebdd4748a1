import { assertEquals, assertRejects } from "@std/assert";
import { pullStream } from "../../internal/pull_stream.ts";
import { turn } from "../support/wait_fakes.ts";

Deno.test("pullStream() pulls once for each read, never before one", async () => {
  let pulls = 0;
  const { stream, controller } = pullStream<number>({
    pull: (): void => controller.enqueue(++pulls),
    cancel: () => {},
  });
  await turn();
  assertEquals(pulls, 0);
  const reader = stream.getReader();
  await turn();
  assertEquals(pulls, 0);
  assertEquals((await reader.read()).value, 1);
  await turn();
  assertEquals(pulls, 1);
  assertEquals((await reader.read()).value, 2);
  assertEquals(pulls, 2);
});

Deno.test("pullStream() returns a controller that feeds and closes it", async () => {
  const { stream, controller } = pullStream<number>({
    pull: () => {},
    cancel: () => {},
  });
  controller.enqueue(1);
  controller.close();
  assertEquals(await Array.fromAsync(stream), [1]);
});

Deno.test("pullStream() returns a controller that errors it", async () => {
  const { stream, controller } = pullStream<number>({
    pull: () => {},
    cancel: () => {},
  });
  controller.error(new RangeError("boom"));
  await assertRejects(() => stream.getReader().read(), RangeError, "boom");
});

Deno.test("pullStream() reports a cancel with its reason", async () => {
  const reasons: unknown[] = [];
  const { stream } = pullStream<number>({
    pull: () => {},
    cancel: (reason) => reasons.push(reason),
  });
  await stream.cancel("enough");
  assertEquals(reasons, ["enough"]);
});
