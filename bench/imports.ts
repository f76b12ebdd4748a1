/**
 * Measures how long importing the npm package takes on Node, compared with
 * client-node: in turns, each in a process of its own.
 *
 * Arguments: options for Deno processes, which are not used, `--`, then
 * `--rounds N` (9).
 *
 * @module
 */

import { parseArgs } from "node:util";
import { prepareEnvironment } from "../tests/runtimes/_environment.ts";
import { print, ratio, row, splitArgs } from "./_report.ts";
import { median } from "./_statistics.ts";

const OURS = "@watchtools/kube";
const CLUSTER = "@watchtools/kube/cluster";
const CLIENT_NODE = "@kubernetes/client-node";

/** The most that ours may take of client-node's time. */
const TARGET = 1 / 4;

const { values } = parseArgs({
  args: splitArgs().args,
  options: { rounds: { type: "string", default: "9" } },
});
const directory = await Deno.makeTempDir();
const { compilers: [{ command: node } = { command: "node" }] } =
  await prepareEnvironment(directory);
const durations = new Map([OURS, CLUSTER, CLIENT_NODE].map((
  name,
): [string, number[]] => [name, []]));
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, all] of durations) all.push(await measure(name));
}
await Deno.remove(directory, { recursive: true });

print(`milliseconds to import, on Node, ${values.rounds} rounds`);
print(row("", "median", "fastest", "ratio"));
const base = median(durations.get(CLIENT_NODE) ?? []);
for (const [name, all] of durations) {
  const middle = median(all);
  print(row(
    name,
    middle.toFixed(0),
    Math.min(...all).toFixed(0),
    ratio(middle, base),
  ));
}
const isMet = median(durations.get(OURS) ?? []) <= base * TARGET;
print(`at most ${TARGET} of client-node: ${isMet ? "met" : "not met"}`);

/** Imports a package in a new process. */
async function measure(name: string): Promise<number> {
  const { stdout } = await new Deno.Command(node, {
    args: [
      "--input-type=module",
      "-e",
      `const t = performance.now(); await import("${name}");
       process.stdout.write(String(performance.now() - t)); process.exit();`,
    ],
    cwd: directory,
  }).output();
  return Number(new TextDecoder().decode(stdout));
}
