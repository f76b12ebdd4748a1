/**
 * Our side of the latency benchmark, in a process of its own, as the oracle is
 * client-go's: `_wait_peer.ts SERVER PATH TOKEN`. Each line of its standard
 * input is a wait; it prints a {@linkcode WaitLine} when the wait's watch is
 * open, and one when the wait is over. Ends with its standard input.
 *
 * @module
 */

import {
  RestListerWatcher,
  until,
  type Watcher,
  type WatchEvent,
} from "../watch/mod.ts";
import { unixMs } from "./_clock.ts";
import { linesOf } from "./_lines.ts";

/** A wait for `data.step` of one object to become `"1"`. */
export interface Wait {
  /** Stands in every line about it. */
  id: string;
  /** Name of the object. */
  name: string;
  /** Where its watch starts. */
  resourceVersion: string;
}

/** What happened to a wait. */
export interface WaitLine {
  /** The wait. */
  id: string;
  /** Its watch is open. */
  open?: boolean | undefined;
  /** It was met: when, in milliseconds of Unix time. */
  metAt?: number | undefined;
}

interface ConfigMap {
  metadata?: { name?: string };
  data?: Record<string, string>;
}

if (import.meta.main) await main();

async function main(): Promise<void> {
  const [server = "", path = "", token] = Deno.args;
  const watched = new RestListerWatcher<ConfigMap>({ server, path, token });
  for await (const line of linesOf(Deno.stdin.readable)) {
    void wait(watched, JSON.parse(line));
  }
}

async function wait(
  watched: RestListerWatcher<ConfigMap>,
  { id, name, resourceVersion }: Wait,
): Promise<void> {
  const reported: Watcher<ConfigMap> = {
    async watch(options) {
      const events = await watched.watch(options);
      print({ id, open: true });
      return events;
    },
  };
  await until(resourceVersion, reported, (event) => isMet(event, name));
  print({ id, metAt: unixMs() });
}

function isMet(event: WatchEvent<ConfigMap>, name: string): boolean {
  if (event.type !== "ADDED" && event.type !== "MODIFIED") return false;
  const { metadata, data } = event.object;
  return metadata?.name === name && data?.step === "1";
}

function print(line: WaitLine): void {
  const text = `${JSON.stringify(line)}\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
