/**
 * Measures how long importing the npm package takes on Node, compared with
 * client-node: in turns, each in a process of its own. Also how large each is
 * in a bundle for Node, minified and compressed with gzip.
 *
 * Arguments: options for Deno processes, which are not used, `--`, then
 * `--rounds N` (9).
 *
 * @module
 */

import { parseArgs } from "node:util";
import { prepareEnvironment } from "../tests/runtimes/_environment.ts";
import { gzippedSize } from "../tests/runtimes/_gzipped_size.ts";
import { print, ratio, row, splitArgs } from "./_report.ts";
import { median } from "./_statistics.ts";

const OURS = "@watchtools/kube";
const CLUSTER = "@watchtools/kube/cluster";
const CLIENT_NODE = "@kubernetes/client-node";

/** What is bundled: what a watch takes, and everything. */
const BUNDLES = [
  `export { Watch, KubeConfig } from "${CLIENT_NODE}";`,
  `export { until, RetryWatcher, RestListerWatcher } from "${OURS}";`,
  `export * from "${OURS}";`,
];

/** The most that ours may take of client-node's time. */
const TARGET = 1 / 4;

const { values } = parseArgs({
  args: splitArgs().args,
  options: { rounds: { type: "string", default: "9" } },
});
const directory = await Deno.makeTempDir();
const { compilers: [{ command: node } = { command: "node" }], minify } =
  await prepareEnvironment(directory);
const durations = new Map([OURS, CLUSTER, CLIENT_NODE].map((
  name,
): [string, number[]] => [name, []]));
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, all] of durations) all.push(await measure(name));
}
const sizes = await Promise.all(BUNDLES.map(bundledSize));
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

print("\nbytes in a bundle, and of client-node's");
for (const [index, size] of sizes.entries()) {
  print(`${size} (${ratio(size, sizes[0] ?? NaN)}): ${BUNDLES[index]}`);
}

/** Bundles a program for Node, and compresses it. */
async function bundledSize(code: string, index: number): Promise<number> {
  const output = `bundle${index}.min.js`;
  await Deno.writeTextFile(`${directory}/bundle${index}.mjs`, code);
  await minify(`bundle${index}.mjs`, output, "node");
  return await gzippedSize(`${directory}/${output}`);
}

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
