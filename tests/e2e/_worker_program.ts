/**
 * Runs a bundled Worker in workerd, by `miniflare`, until standard input closes.
 * Prints the URL at which it can be reached. It is a process of its own since
 * `miniflare` leaves message ports behind.
 */

import { Miniflare } from "npm:miniflare@^4.20260730.0";

const [script = "", bindings = "{}"] = Deno.args;
const worker = new Miniflare({
  modules: true,
  script: await Deno.readTextFile(script),
  compatibilityDate: "2026-01-01",
  durableObjects: { WATCH: "ConfigMapWatch" },
  bindings: JSON.parse(bindings),
  unsafeTriggerHandlers: true,
});
const url = await worker.ready;
Deno.stdout.writeSync(new TextEncoder().encode(url.href));
await Deno.stdin.read(new Uint8Array(1));
await worker.dispose();
