/**
 * What a wait shows of what it knows.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  itemLine,
  type WaitItem,
  WaitProgressDisplay,
} from "../../cli/_wait_progress.ts";
import type { WaitGroup } from "../../cli/_wait_groups.ts";
import { resourceNamed } from "../support/cli_resources.ts";

const PODS = {
  target: { resource: resourceNamed("pods"), namespace: "default" },
  names: undefined,
};
const NODES = {
  target: { resource: resourceNamed("nodes"), namespace: undefined },
  names: undefined,
};

function item(name: string, why?: string): WaitItem {
  return {
    label: `pod/${name}`,
    address: `pods/${name}`,
    why,
    state: "pending",
  };
}

function displayOf(groups: readonly WaitGroup[], timeoutMs: number) {
  const unanswered = () => "the server has not answered yet";
  return new WaitProgressDisplay(groups, { timeoutMs, unanswered });
}

Deno.test("WaitProgressDisplay shows the time, and what has not come", () => {
  using time = new FakeTime();
  const board = displayOf([PODS, NODES], 300_000);
  board.add(PODS, [item("a")]);
  time.tick(65_000);
  assertEquals(board.status(), {
    lead: "65s/5m",
    text: "the server has not answered yet",
    trail: "",
  });
  assertEquals(board.elapsedMs, 65_000);
  assertEquals(board.unanswered, [NODES]);
});

Deno.test("WaitProgressDisplay shows one object, or how many of several", () => {
  const board = displayOf([PODS], 0);
  const [a, b, c] = [item("a", "Ready=False"), item("b"), item("c")];
  board.add(PODS, [a]);
  assertEquals(board.status().text, "pod/a: Ready=False");
  assertEquals(board.status().lead, "0s");

  const several = displayOf([PODS], 0);
  several.add(PODS, [a, b, c]);
  b.state = "met";
  assertEquals(
    several.status().text,
    "1 of 3 met; pod/a: Ready=False; and 1 more",
  );
  a.state = "met";
  assertEquals(several.status().text, "2 of 3 met; pod/c");
  c.state = "met";
  assertEquals(several.status().text, "");
  assertEquals([several.unmet, several.size], [[], 3]);
});

Deno.test("WaitProgressDisplay counts restarts, and keeps the last cause", () => {
  const board = displayOf([], 0);
  board.retried(new TypeError("reset"));
  assertEquals(board.status().trail, "1 restart: connection lost (reset)");
  board.retried(new TypeError("closed"));
  assertEquals(board.status().trail, "2 restarts: connection lost (closed)");
  assertEquals(board.retries, 2);
});

Deno.test("itemLine() says why, where that is known", () => {
  assertEquals(itemLine(item("a")), "pod/a");
  assertEquals(itemLine(item("a", "Ready=False")), "pod/a: Ready=False");
});

Deno.test("WaitProgressDisplay keeps the order of the command line", () => {
  const board = displayOf([PODS, NODES], 0);
  const [a, b, c] = [item("a"), item("b"), item("c")];
  // Their lists may come in any order.
  board.add(NODES, [c]);
  board.add(PODS, [a, b]);
  assertEquals(board.unmet, [a, b, c]);
  assertEquals(board.status().text, "0 of 3 met; pod/a; and 2 more");

  const split = displayOf([PODS, NODES], 0);
  const part = { ...PODS, names: ["a"] };
  split.split(PODS, [part]);
  split.add(NODES, [c]);
  split.add(part, [a]);
  assertEquals(split.unmet, [a, c]);
});
