/**
 * An API server on a free local port, for trying the commands without a
 * cluster. It simulates the rollout of a Deployment, during which connections
 * break.
 *
 * The simulation follows a timeline, and stops when the server is disposed.
 *
 * @module
 */

import { FakeApiServer } from "../testing/fake_api_server.ts";
import { ignore } from "../internal/abort.ts";
import { pause } from "../internal/pause.ts";
import type { ApiResource } from "../cluster/_discovery.ts";
import { UnknownKindError } from "../cluster/unknown_kind_error.ts";
import type { ResourceCatalog } from "./resources/resource_finder.ts";
import { allBuiltIn, type BuiltInResource } from "./resources/built_in.ts";
import { Rollout } from "./_demo_rollout.ts";

/** A server that runs until it is disposed. */
export interface EmbeddedServer extends AsyncDisposable {
  /** Its address. */
  readonly url: string;
  /** What to tell the user about it. */
  readonly notice: string;
  /** Its resources: it does not support API discovery. */
  readonly catalog: ResourceCatalog;
}

const BUILT_IN: ResourceCatalog = {
  all: () => Promise.resolve(allBuiltIn().map(asDiscovered)),
  kind: (apiVersion, kind) =>
    Promise.reject(
      new UnknownKindError(
        `The embedded server has no kind ${JSON.stringify(kind)} of ${
          JSON.stringify(apiVersion)
        }`,
        { apiVersion, kind },
      ),
    ),
};

function asDiscovered(resource: BuiltInResource): ApiResource {
  return {
    ...resource,
    singular: resource.kind.toLowerCase(),
    shortNames: resource.shortNames,
    verbs: ["list", "watch"],
    categories: [],
  };
}

/** The events of the simulation, and when they happen after the start. */
const TIMELINE: readonly {
  readonly atMs: number;
  readonly event: "observe" | "ready" | "drop";
}[] = [
  { atMs: 400, event: "observe" },
  { atMs: 1_500, event: "ready" },
  { atMs: 2_500, event: "drop" },
  { atMs: 3_300, event: "ready" },
  { atMs: 4_600, event: "drop" },
  { atMs: 5_800, event: "ready" },
];

/**
 * Starts the server and the simulated rollout.
 *
 * @returns The server.
 */
export async function startEmbeddedServer(): Promise<EmbeddedServer> {
  const server = new FakeApiServer();
  const rollout = new Rollout(server);
  const { url } = await server.listen();
  const stopped = new AbortController();
  const played = play(server, rollout, stopped.signal);
  return {
    url,
    catalog: BUILT_IN,
    notice:
      `embedded server ${url}: simulating a rollout with broken connections`,
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await played;
      await server[Symbol.asyncDispose]();
    },
  };
}

async function play(
  server: FakeApiServer,
  rollout: Rollout,
  signal: AbortSignal,
): Promise<void> {
  let nowMs = 0;
  for (const { atMs, event } of TIMELINE) {
    // It can only reject because of an abort.
    await pause(atMs - nowMs, signal).catch(ignore);
    if (signal.aborted) return;
    nowMs = atMs;
    if (event === "observe") rollout.observe();
    if (event === "ready") rollout.podReady();
    if (event === "drop") server.dropConnections();
  }
}
