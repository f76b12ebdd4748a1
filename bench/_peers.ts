/**
 * The ways to watch to compare. Each reads all events of one watch without
 * keeping them.
 *
 * @module
 */

import { resourcePath, RestListerWatcher, RetryWatcher } from "../watch/mod.ts";

/** Watches a number of events and returns how many arrived. */
export type Peer = (server: string, events: number) => Promise<number>;

/** The peers by their printed names. */
export const PEERS: Readonly<Record<string, Peer>> = {
  "plain loop": plainLoop,
  "RestListerWatcher": restListerWatcher,
  "RetryWatcher": retryWatcher,
  "client-node Watch": clientNodeWatch,
};

/** A loop written without a library. */
async function plainLoop(server: string, events: number): Promise<number> {
  const response = await fetch(`${server}${podsPath(events)}`);
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let seen = 0;
  let rest = "";
  for (;;) {
    const { done, value } = await reader?.read() ?? { done: true };
    if (done) return seen;
    rest += decoder.decode(value, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (JSON.parse(line).object.metadata.resourceVersion) seen++;
    }
  }
}

function pods(server: string, events: number): RestListerWatcher {
  return new RestListerWatcher({ server, path: podsPath(events) });
}

/** The namespace tells the server the number of events to send. */
function podsPath(events: number): string {
  return resourcePath({
    apiVersion: "v1",
    plural: "pods",
    namespace: String(events),
  });
}

async function restListerWatcher(
  server: string,
  events: number,
): Promise<number> {
  const stream = await pods(server, events).watch({ resourceVersion: "1" });
  const reader = stream.getReader();
  let seen = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return seen;
    if (value.type !== "ERROR" && value.object.metadata?.resourceVersion) {
      seen++;
    }
  }
}

async function retryWatcher(server: string, events: number): Promise<number> {
  const watcher = new RetryWatcher("1", pods(server, events));
  const reader = watcher.events.getReader();
  let seen = 0;
  while (seen < events) {
    const { done, value } = await reader.read();
    if (done) break;
    if (value.type !== "ERROR" && value.object.metadata?.resourceVersion) {
      seen++;
    }
  }
  watcher.stop();
  return seen;
}

async function clientNodeWatch(
  server: string,
  events: number,
): Promise<number> {
  const { KubeConfig, Watch } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "bench", server, skipTLSVerify: true },
    { name: "bench" },
  );
  let seen = 0;
  const ended = Promise.withResolvers<void>();
  await new Watch(config).watch(
    podsPath(events),
    {},
    (_type, object) => {
      if (object.metadata.resourceVersion) seen++;
    },
    (error) => error ? ended.reject(error) : ended.resolve(),
  );
  await ended.promise;
  return seen;
}
