/**
 * A worker on Cloudflare's runtime that answers from an informer: a Durable Object keeps it, since what
 * a request opens ends with that request.
 *
 * - `GET /pods` answers with the names of the pods, from the informer.
 * - `POST /pods/NAME` waits in the background until that pod is ready, and then
 *   calls a webhook.
 *
 * The bindings are the address of the server, a token, the address of the
 * webhook, and the Durable Object `Pods`.
 *
 * @module
 */

import {
  IndexerInformerWatcher,
  isPodReady,
  resourcePath,
  RestListerWatcher,
  waitFor,
} from "@watchtools/kube";

/** The bindings of the worker. */
interface Env {
  readonly KUBERNETES: string;
  readonly TOKEN: string;
  readonly WEBHOOK: string;
  readonly PODS: {
    getByName(name: string): { fetch(request: Request): Promise<Response> };
  };
}

/** The part of a handler's context that is used. */
interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

function podsOf(env: Env): RestListerWatcher {
  return new RestListerWatcher({
    server: env.KUBERNETES,
    token: env.TOKEN,
    path: resourcePath({
      apiVersion: "v1",
      plural: "pods",
      namespace: "default",
    }),
  });
}

/** Keeps an informer for as long as the runtime keeps the object. */
export class Pods {
  readonly #env: Env;
  #informer: IndexerInformerWatcher | undefined;

  /** Only reads the bindings: there may never be a request. */
  constructor(_: unknown, env: Env) {
    this.#env = env;
  }

  /** Answers with the names of the pods, from memory. */
  async fetch(): Promise<Response> {
    this.#informer ??= new IndexerInformerWatcher(podsOf(this.#env), {
      // No one reads the events: the store is all that is used.
      transform: ({ apiVersion, kind, metadata }) => ({
        apiVersion,
        kind,
        metadata,
      }),
    });
    await this.#informer.controller.synced;
    const names = Array.from(
      this.#informer.indexer,
      ({ metadata }) => metadata?.name,
    );
    return Response.json(names.sort());
  }
}

async function announce(env: Env, name: string): Promise<void> {
  await waitFor(podsOf(env), isPodReady(), { name, timeoutMs: 25_000 });
  await fetch(env.WEBHOOK, { method: "POST", body: `${name} is ready` });
}

export default {
  /** Answers at once; waiting goes on after the answer, for 30 s at most. */
  fetch(request: Request, env: Env, context: Context): Promise<Response> {
    const [, , name] = new URL(request.url).pathname.split("/");
    if (name === undefined) return env.PODS.getByName("pods").fetch(request);
    context.waitUntil(announce(env, name));
    return Promise.resolve(new Response("waiting\n", { status: 202 }));
  },
};
