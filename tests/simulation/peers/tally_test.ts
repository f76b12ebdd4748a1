import { assertEquals } from "@std/assert";
import { tableOf, type Tally, wrongSeeds } from "./_tally.ts";

const RIGHT = {
  lost: 0,
  repeated: 0,
  invented: 0,
  ended: 0,
  isCacheWrong: undefined,
  hangs: false,
  notes: [],
};

const WATCH: Tally = {
  name: "one",
  contract: "each change",
  results: [
    { ...RIGHT, seed: 1, requests: 8, ended: 2, notes: ["ended: 410"] },
    { ...RIGHT, seed: 2, requests: 8, lost: 1, notes: ["lost: a"] },
  ],
  died: [3],
};

const CACHE: Tally = {
  name: "two",
  contract: "last state",
  results: [
    { ...RIGHT, seed: 1, requests: 0, isCacheWrong: true, notes: ["cache"] },
    { ...RIGHT, seed: 2, requests: 4, isCacheWrong: false, hangs: true },
  ],
  died: [],
};

function cells(line: string | undefined): string[] {
  return line?.split("|").slice(1, -1).map((cell) => cell.trim()) ?? [];
}

Deno.test("tableOf() adds up the seeds of each peer", () => {
  const [, , watch, cache] = tableOf([WATCH, CACHE]);
  // 16 requests in two times eight seconds.
  assertEquals(cells(watch), ["one", "1", "0", "2", "–", "0", "1", "60"]);
  assertEquals(cells(cache), ["two", "0", "0", "–", "1", "1", "0", "15"]);
});

Deno.test("wrongSeeds() names the seeds with the reasons, not those that ended as documented", () => {
  assertEquals(wrongSeeds(WATCH), [
    "one, seed 3: the process has died",
    "one, seed 2: lost: a",
  ]);
  assertEquals(wrongSeeds(CACHE), [
    "two, seed 1: cache",
    "two, seed 2: hangs",
  ]);
});
