/**
 * The suite in a worker: from a fetch handler, a scheduled handler and a Durable
 * Object. The stage is in the variable STAGE.
 */

import {
  ConfigurationError,
  IndexerInformerWatcher,
  RestListerWatcher,
} from "@watchtools/kube";
import { Cluster } from "@watchtools/kube/cluster";
import type { Behavior } from "./_behaviors.ts";
import { kubeConfigFor, TOKEN } from "./_kube_config.ts";
import { runSuite } from "./_suite.ts";

let atTopLevel: unknown;
try {
  const objects = new RestListerWatcher({
    server: "http://127.0.0.1",
    path: "/api/v1/pods",
  });
  new IndexerInformerWatcher(objects);
} catch (error) {
  atTopLevel = error;
}

const refusesTopLevel: Behavior = () => {
  if (atTopLevel instanceof ConfigurationError) return Promise.resolve();
  throw new Error(`expected a ConfigurationError, but got: ${atTopLevel}`);
};

/** An informer whose request is over, and what it has reported. */
let kept: IndexerInformerWatcher | undefined;
const reported: unknown[] = [];

async function keep(stage: string): Promise<void> {
  const objects = new RestListerWatcher({
    server: stage,
    path: "/kept/api/v1/pods",
  });
  kept = new IndexerInformerWatcher(objects, {
    onWatchError: (error) => reported.push(error),
  });
  await sleep(100);
}

const saysThatItIsStale: Behavior = async () => {
  if (kept === undefined) throw new Error("there is no informer");
  for (let tries = 0; tries < 100 && reported.length === 0; tries++) {
    kept.controller.hasSynced();
    await sleep(100);
  }
  kept.indexer.list();
  const late = await kept.untilResourceVersion("1").catch((error) => error);
  kept.stop();
  await kept.controller.synced;
  await kept.done;
  const errors = [...reported, late];
  if (errors.length === 2 && errors.every(isStaleness)) return;
  throw new Error(`expected a ConfigurationError, but got: ${errors}`);
};

function isStaleness(error: unknown): boolean {
  return error instanceof ConfigurationError &&
    error.message.startsWith("The informer has been stale since");
}

/** An informer that a request which is not over creates for another one. */
let wanted: string | undefined;
let held: IndexerInformerWatcher | undefined;

async function hold(): Promise<void> {
  while (wanted === undefined) await sleep(20);
  const path = "/api/v1/namespaces/default/configmaps";
  held = new IndexerInformerWatcher(
    new RestListerWatcher({ server: wanted, path }),
  );
  await held.done;
}

const stopsAnywhere: Behavior = async (call) => {
  const { id, url } = await call("open", {});
  try {
    wanted = url;
    await call("watchStarted", id, 1);
    held?.stop();
    await call("watchesClosed", id);
    await held?.done;
    if (held?.lastError !== undefined) throw held.lastError;
  } finally {
    await call("close", id);
  }
};

function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

interface Environment {
  readonly STAGE: string;
  readonly SUITE: {
    idFromName(name: string): unknown;
    get(id: unknown): { fetch(url: string): Promise<Response> };
  };
}

/** A worker has no certificates of its own: it says so at the first request. */
const refusesCluster: Behavior = async (call) => {
  const { id, url, ca } = await call("open", { token: TOKEN });
  try {
    const cluster = Cluster.fromKubeConfig(kubeConfigFor(url, ca));
    const objects = new RestListerWatcher({
      ...cluster.restOptions,
      path: "/api/v1/pods",
    });
    const error = await objects.list({}).then(
      () => undefined,
      (error) => error,
    );
    const { cause = error }: { cause?: unknown } = error ?? {};
    if (
      !(cause instanceof ConfigurationError) ||
      !cause.message.includes("use RestListerWatcher")
    ) {
      throw new Error(`expected a ConfigurationError, but got: ${error}`);
    }
  } finally {
    await call("close", id);
  }
};

async function run(stage: string): Promise<void> {
  await runSuite({
    stage,
    more: new Map([
      ["Cluster says that it cannot", refusesCluster],
      ["an informer at the top level says that it cannot", refusesTopLevel],
      ["an informer says that its request is over", saysThatItIsStale],
      ["stop() in another request", stopsAnywhere],
    ]),
  });
}

export default {
  async fetch(request: Request, env: Environment): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/object") {
      const object = env.SUITE.get(env.SUITE.idFromName("suite"));
      return await object.fetch(request.url);
    }
    if (pathname === "/keep") await keep(env.STAGE);
    else if (pathname === "/hold") await hold();
    else await run(env.STAGE);
    return new Response("done");
  },
  async scheduled(_: unknown, env: Environment): Promise<void> {
    await run(env.STAGE);
  },
};

/** The suite in a Durable Object. */
export class SuiteObject {
  readonly #stage: string;

  /** Reads the environment. */
  constructor(_: unknown, env: Environment) {
    this.#stage = env.STAGE;
  }

  /** Runs the suite. */
  async fetch(): Promise<Response> {
    await run(this.#stage);
    return new Response("done");
  }
}
