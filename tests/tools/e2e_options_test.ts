/**
 * The options of the end-to-end tests, and the groups that they name.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { GROUPS } from "../../tools/_e2e_groups.ts";
import { readE2eOptions } from "../../tools/_e2e_options.ts";

const DIRECTORY = new URL("../e2e/", import.meta.url);

Deno.test("readE2eOptions() runs everything on the default control plane", () => {
  assertEquals(readE2eOptions([]), {
    files: ["tests/e2e/"],
    args: [],
    env: {},
  });
});

Deno.test("readE2eOptions() chooses a control plane by environment variables", () => {
  const env = {
    WATCHTOOLS_KUBE: "1.37.2",
    WATCHTOOLS_STORE: "kine",
    WATCHTOOLS_FEATURE_GATES: "AllBeta=true,AllAlpha=true",
  };
  const gates = env.WATCHTOOLS_FEATURE_GATES;
  const spellings = [
    ["--kube", "1.37.2", "--store", "kine", "--feature-gates", gates],
    ["--kube=1.37.2", "--store=kine", `--feature-gates=${gates}`],
  ];
  for (const args of spellings) {
    assertEquals(readE2eOptions(args), {
      files: ["tests/e2e/"],
      args: [],
      env,
    });
  }
});

Deno.test("readE2eOptions() runs only the groups and files that are named", () => {
  const { files } = readE2eOptions([
    "--group=waits,refusals",
    "--group",
    "serverless",
    "tests/e2e/informer_test.ts",
  ]);
  assertEquals(files, [
    "tests/e2e/conditions_test.ts",
    "tests/e2e/refusals_test.ts",
    "tests/e2e/rotated_token_test.ts",
    "tests/e2e/serverless_test.ts",
    "tests/e2e/informer_test.ts",
  ]);
});

Deno.test("readE2eOptions() passes on the options of deno test", () => {
  const args = ["--filter", "rollout", "--fail-fast"];
  assertEquals(readE2eOptions(["--kube=1.37.2", ...args]).args, args);
});

Deno.test("readE2eOptions() throws if a value is missing or a group is unknown", () => {
  assertThrows(
    () => readE2eOptions(["--kube"]),
    RangeError,
    "Cannot use --kube: it has no value",
  );
  assertThrows(
    () => readE2eOptions(["--store="]),
    RangeError,
    "Cannot use --store: it has no value",
  );
  assertThrows(
    () => readE2eOptions(["--group=watches"]),
    RangeError,
    "Cannot use --group=watches: choose from watch, informer",
  );
});

Deno.test("GROUPS names files that exist, each once", async () => {
  const files = [...GROUPS.values()].flat();
  assertEquals(new Set(files).size, files.length);
  for (const file of files) await Deno.stat(new URL(file, DIRECTORY));
});
