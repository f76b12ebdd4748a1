/**
 * A Cloudflare Worker that hands on every change of the ConfigMaps of a
 * namespace to a webhook, once a minute. A Durable Object keeps the checkpoint,
 * and sees to it that there is one run at a time.
 *
 * Its `wrangler.toml` has a cron trigger, a binding `WATCH` to the class
 * `ConfigMapWatch`, and the variables `API_SERVER`, `NAMESPACE` and
 * `WEBHOOK_URL`; `API_TOKEN` is a secret.
 *
 * @module
 */

import { resourcePath, RestListerWatcher } from "@watchtools/kube";
import {
  durableObjectCheckpoints,
  type DurableObjectStorageLike,
  resumeWatch,
} from "@watchtools/kube/serverless";

/** The bindings and variables of the Worker. */
export interface Env {
  /** The Durable Objects. */
  readonly WATCH: {
    idFromName(name: string): unknown;
    get(id: unknown): { fetch(url: string): Promise<Response> };
  };
  /** The API server. */
  readonly API_SERVER: string;
  /** The token of a service account that may list and watch ConfigMaps. */
  readonly API_TOKEN: string;
  /** The namespace. */
  readonly NAMESPACE: string;
  /** Where changes are sent. */
  readonly WEBHOOK_URL: string;
  /** Milliseconds that a run may take; 20 seconds by default. */
  readonly BUDGET_MS?: string;
}

/** The Durable Object. */
export class ConfigMapWatch {
  readonly #storage: DurableObjectStorageLike;
  readonly #env: Env;

  /** Is called by the runtime. */
  constructor(state: { storage: DurableObjectStorageLike }, env: Env) {
    this.#storage = state.storage;
    this.#env = env;
  }

  /** Hands on what has changed, and answers with how far it has come. */
  async fetch(): Promise<Response> {
    const { API_SERVER, API_TOKEN, NAMESPACE, WEBHOOK_URL, BUDGET_MS } =
      this.#env;
    const configMaps = new RestListerWatcher({
      server: API_SERVER,
      token: API_TOKEN,
      path: resourcePath({
        apiVersion: "v1",
        plural: "configmaps",
        namespace: NAMESPACE,
      }),
    });
    const checkpoints = durableObjectCheckpoints(this.#storage);
    const result = await resumeWatch(
      configMaps,
      checkpoints,
      async ({ type, object }, signal) => {
        const { name, uid, resourceVersion } = object.metadata ?? {};
        const body = JSON.stringify({ type, name, uid, resourceVersion });
        const response = await fetch(WEBHOOK_URL, {
          method: "POST",
          body,
          signal,
        });
        await response.body?.cancel();
        if (!response.ok) {
          throw new Error(`the webhook answers ${response.status}`);
        }
      },
      { budgetMs: Number(BUDGET_MS ?? 20_000) },
    );
    return Response.json(result);
  }
}

export default {
  /** Runs at each cron trigger. */
  async scheduled(_event: unknown, env: Env): Promise<void> {
    const response = await run(env);
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the run has failed: ${response.status}`);
  },

  /** Runs at once, for a look at what it does. */
  fetch(_request: Request, env: Env): Promise<Response> {
    return run(env);
  },
};

async function run(env: Env): Promise<Response> {
  const watch = env.WATCH.get(env.WATCH.idFromName("configmaps"));
  return await watch.fetch("https://watch/");
}
