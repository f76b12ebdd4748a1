/**
 * The program of a watcher: `_program.ts RetryWatcher SERVER TOKEN CA-FILE
 * PATH`, or `informer`. It has a process of its own, so that what it uses is
 * its own.
 *
 * @module
 */

import { createInterface } from "node:readline";
import process from "node:process";
import { heapAfterCollection } from "../../bench/_memory.ts";
import {
  consumeInformer,
  consumeRetryWatcher,
} from "../simulation/peers/_our_consumers.ts";
import type { Report } from "../simulation/peers/_program.ts";
import { RestListerWatcher } from "../../watch/mod.ts";
import type { SoakCommand, SoakMessage } from "./_messages.ts";

/** There are many changes: silence means that the connection is dead. */
const IDLE_MS = 10_000;

if (import.meta.main) await main(Deno.args);

async function main(
  [name = "", server = "", token = "", caFile = "", path = ""]: string[],
): Promise<void> {
  const client = Deno.createHttpClient({
    caCerts: [await Deno.readTextFile(caFile)],
    http1: true,
    http2: false,
  });
  let watches = 0;
  const source = new RestListerWatcher({
    server,
    path,
    token,
    fetch: (url, init) => {
      if (new URL(url).searchParams.has("watch")) watches++;
      return fetch(url, { ...init, client });
    },
  });
  const write = (message: SoakMessage) =>
    void process.stdout.write(`${JSON.stringify(message)}\n`);
  const report: Report = write;
  const consume = name === "informer" ? consumeInformer : consumeRetryWatcher;
  const consumer = consume(source, report, { idleTimeoutMs: IDLE_MS });
  for await (const line of createInterface({ input: process.stdin })) {
    const command: SoakCommand = JSON.parse(line);
    if (command.type === "use") {
      const sockets = await openSockets();
      write({
        type: "use",
        heapBytes: heapAfterCollection(),
        sockets,
        watches,
      });
    } else report({ type: "cache", objects: consumer.cache() });
  }
  process.exit();
}

/** Counts the open sockets, where the system says which there are. */
async function openSockets(): Promise<number> {
  if (Deno.build.os !== "linux") return NaN;
  let count = 0;
  for await (const { name } of Deno.readDir("/proc/self/fd")) {
    const target = await Deno.readLink(`/proc/self/fd/${name}`).catch(() => "");
    if (target.startsWith("socket:")) count++;
  }
  return count;
}
