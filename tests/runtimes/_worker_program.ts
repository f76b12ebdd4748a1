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

/** An informer that another request has created. */
let kept: IndexerInformerWatcher | undefined;

const stopsAnywhere: Behavior = () => {
  kept?.stop();
  return Promise.resolve();
};

async function keep(stage: string): Promise<void> {
  const objects = new RestListerWatcher({
    server: stage,
    path: "/kept/api/v1/pods",
  });
  kept = new IndexerInformerWatcher(objects);
  await new Promise((resolve) => setTimeout(resolve, 100));
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
    // A worker trusts the public authorities only.
    without: ["a stalled TLS connection"],
    more: new Map([
      ["Cluster says that it cannot", refusesCluster],
      ["an informer at the top level says that it cannot", refusesTopLevel],
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
