// Runs the example of a worker: `_example_host.mjs SCRIPT BINDINGS`. Each line of
// stdin is a request, `METHOD PATH`, and each line of stdout its answer.

import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import process from "node:process";

// Not a package of this project: it is installed beside a copy of this file.
const specifier = "miniflare";
const { Miniflare } = await import(specifier);
const [script, bindings] = process.argv.slice(2);
const miniflare = new Miniflare({
  modules: [{
    type: "ESModule",
    path: "worker.mjs",
    contents: await readFile(script, "utf8"),
  }],
  compatibilityDate: "2026-01-01",
  bindings: JSON.parse(bindings),
  durableObjects: { PODS: "Pods" },
});
for await (const line of createInterface({ input: process.stdin })) {
  const [method, path] = line.split(" ");
  const response = await miniflare.dispatchFetch(`http://worker${path}`, {
    method,
  });
  process.stdout.write(
    `${response.status} ${(await response.text()).trim()}\n`,
  );
}
await miniflare.dispose();
