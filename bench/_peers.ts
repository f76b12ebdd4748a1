/**
 * The ways to watch to compare. Each reads all events of one watch without
 * keeping them.
 *
 * @module
 */

import {
  identityOf,
  resourcePath,
  RestListerWatcher,
  RetryWatcher,
  type WatchEvent,
} from "../watch/mod.ts";
import { loadClientNode } from "./_client_node.ts";

/** Watches a number of events and returns how many arrived. */
export type Peer = (server: string, events: number) => Promise<number>;

/** The peers by their printed names. */
export const PEERS: Readonly<Record<string, Peer>> = {
  "read only": readOnly,
  "plain loop": plainLoop,
  "RestListerWatcher, identity": (server, events) =>
    restListerWatcher(pods(server, events), hasIdentity),
  "RetryWatcher, identity": (server, events) =>
    retryWatcher(pods(server, events), events, hasIdentity),
  "RestListerWatcher, objects": (server, events) =>
    restListerWatcher(pods(server, events), hasObject),
  "… without managedFields": (server, events) =>
    restListerWatcher(pods(server, events, true), hasObject),
  "RetryWatcher, objects": (server, events) =>
    retryWatcher(pods(server, events), events, hasObject),
  "client-node Watch": clientNodeWatch,
};

/** What a consumer looks at. */
type Look = (event: WatchEvent) => boolean;

function hasIdentity(event: WatchEvent): boolean {
  const { name, resourceVersion } = identityOf(event);
  return event.type !== "ERROR" && name !== "" && resourceVersion !== undefined;
}

function hasObject({ type, object }: WatchEvent): boolean {
  return type !== "ERROR" && object.metadata?.resourceVersion !== undefined;
}

/** The limit: the bytes are thrown away as they come. */
async function readOnly(server: string, events: number): Promise<number> {
  const response = await fetch(`${server}${podsPath(events)}`);
  const reader = response.body?.getReader({ mode: "byob" });
  let buffer = new Uint8Array(64 * 1024);
  for (;;) {
    const { done, value } = await reader?.read(buffer) ?? { done: true };
    if (done || value === undefined) return events;
    buffer = new Uint8Array(value.buffer);
  }
}

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

function pods(
  server: string,
  events: number,
  dropManagedFields = false,
): RestListerWatcher {
  const path = podsPath(events);
  return new RestListerWatcher({ server, path, dropManagedFields });
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
  pods: RestListerWatcher,
  look: Look,
): Promise<number> {
  const stream = await pods.watch({ resourceVersion: "1" });
  const reader = stream.getReader();
  let seen = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return seen;
    if (look(value)) seen++;
  }
}

async function retryWatcher(
  pods: RestListerWatcher,
  events: number,
  look: Look,
): Promise<number> {
  const watcher = new RetryWatcher("1", pods);
  const reader = watcher.events.getReader();
  let seen = 0;
  while (seen < events) {
    const { done, value } = await reader.read();
    if (done) break;
    if (look(value)) seen++;
  }
  watcher.stop();
  return seen;
}

async function clientNodeWatch(
  server: string,
  events: number,
): Promise<number> {
  const { clientNode, config } = await loadClientNode(server);
  const { Watch } = clientNode;
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
