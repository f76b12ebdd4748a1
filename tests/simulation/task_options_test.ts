import { assertEquals, assertThrows } from "@std/assert";
import {
  readTaskArguments,
  type TaskUsage,
  UsageError,
} from "../support/task_options.ts";

const USAGE: TaskUsage = {
  usage: "deno task example [COUNT] [--seed N] [--minutes N] [--all]",
  options: {
    "COUNT": "count",
    "--seed": "seed",
    "--minutes": "positive",
    "--text": "text",
    "--all": "flag",
  },
};

Deno.test("readTaskArguments() reads options in both notations, flags and positional arguments", () => {
  const given = readTaskArguments(
    ["--", "--seed", "0", "--minutes=0.5", "20", "--text=a=b", "--all"],
    USAGE,
  );
  assertEquals(given.number("--seed", 7), 0);
  assertEquals(given.number("--minutes", 7), 0.5);
  assertEquals(given.number("COUNT", 7), 20);
  assertEquals(given.text("--text", ""), "a=b");
  assertEquals(given.has("--all"), true);
});

Deno.test("readTaskArguments() returns the default of what is not given", () => {
  const given = readTaskArguments([], USAGE);
  assertEquals(given.number("--seed", 7), 7);
  assertEquals(given.text("--text", "x"), "x");
  assertEquals(given.has("--all"), false);
});

const REFUSED: readonly (readonly string[])[] = [
  ["--seeds", "3"],
  ["--seed"],
  ["--seed", "x"],
  ["--seed="],
  ["--seed", "-1"],
  ["--seed", "1.5"],
  ["--minutes", "0"],
  ["--all=yes"],
  ["0"],
  ["many"],
  ["20", "30"],
  ["toString"],
];

for (const args of REFUSED) {
  Deno.test(`readTaskArguments() throws a UsageError of one line for '${args.join(" ")}'`, () => {
    const error = assertThrows(
      () => readTaskArguments(args, USAGE),
      UsageError,
    );
    assertEquals(error.message.split("\n").length, 1);
  });
}
