// Runs a worker: `_miniflare_program.mjs SCRIPT STAGE fetch|scheduled|object`.

import { readFile } from "node:fs/promises";
import process from "node:process";

// Not a package of this project: it is installed beside a copy of this file.
const specifier = "miniflare";
const { Miniflare } = await import(specifier);

const [script, stage, how] = process.argv.slice(2);
const miniflare = new Miniflare({
  // Given as such, it is not searched for other modules.
  modules: [{
    type: "ESModule",
    path: "worker.mjs",
    contents: await readFile(script, "utf8"),
  }],
  compatibilityDate: "2026-01-01",
  compatibilityFlags: ["nodejs_compat"],
  bindings: { STAGE: stage },
  durableObjects: { SUITE: "SuiteObject" },
});
try {
  await (await miniflare.dispatchFetch("http://worker/keep")).text();
  const held = miniflare.dispatchFetch("http://worker/hold");
  if (how === "scheduled") {
    const worker = await miniflare.getWorker();
    await worker.scheduled({ cron: "* * * * *" });
  } else {
    const path = how === "object" ? "object" : "";
    const response = await miniflare.dispatchFetch(`http://worker/${path}`);
    if (!response.ok) throw new Error(await response.text());
  }
  await held;
} finally {
  await miniflare.dispose();
}
