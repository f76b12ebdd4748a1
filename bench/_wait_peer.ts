/**
 * Our process of the latency benchmark, the counterpart of client-go's oracle:
 * `_wait_peer.ts SERVER PATH TOKEN`. Each line of its standard input is a wait;
 * it prints a {@linkcode WaitLine} when the watch of a wait is open, and one
 * when the wait has ended. Exits when its standard input closes.
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
  /** Identifies the wait in the output. */
  id: string;
  /** The name of the object. */
  name: string;
  /** The resource version to watch from. */
  resourceVersion: string;
}

/** A step of a wait. */
export interface WaitLine {
  /** The ID of the wait. */
  id: string;
  /** Whether its watch has been opened. */
  open?: boolean | undefined;
  /** When its condition was met, as Unix time in milliseconds. */
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
