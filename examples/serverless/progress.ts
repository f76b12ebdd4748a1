/**
 * An HTTP handler that answers when a Deployment is rolled out, and says how far
 * it is until then, as Server-Sent Events. It stops watching when the client
 * goes.
 *
 * ```sh
 * deno run -A examples/serverless/progress.ts
 * curl -N http://127.0.0.1:8000/web
 * ```
 *
 * @module
 */

import {
  isDeploymentRolledOut,
  type ListerWatcher,
  waitFor,
} from "@watchtools/kube";
import { Cluster } from "@watchtools/kube/cluster";

/** Options for {@linkcode streamRollout}. */
export interface StreamOptions {
  /** The name of the Deployment. */
  name: string;
  /** Milliseconds after which it gives up. */
  timeoutMs: number;
  /** The request's signal: aborted when the client goes. */
  signal: AbortSignal;
}

/**
 * Streams the progress of a rollout: an event `progress` for each step, and at
 * last one `ready` or `failed`.
 *
 * @param deployments Lists and watches the Deployments.
 * @param options Which one, and for how long.
 * @returns The response.
 */
export function streamRollout(
  deployments: ListerWatcher,
  { name, timeoutMs, signal }: StreamOptions,
): Response {
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (event: string, text: string) => {
        if (stop.signal.aborted) return;
        const lines = `event: ${event}\ndata: ${JSON.stringify(text)}\n\n`;
        controller.enqueue(new TextEncoder().encode(lines));
      };
      const rollout = waitFor(deployments, isDeploymentRolledOut(), {
        name,
        timeoutMs,
        signal: stop.signal,
        onProgress: ({ pending }) => {
          for (const { why } of pending) send("progress", why);
        },
      });
      rollout.then(() => send("ready", name), (error: unknown) => {
        send("failed", error instanceof Error ? error.message : String(error));
      }).finally(() => {
        signal.removeEventListener("abort", onAbort);
        // A stream that the client has left is closed already.
        if (!stop.signal.aborted) controller.close();
      });
    },
    cancel: (reason) => stop.abort(reason),
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
    },
  });
}

if (import.meta.main) {
  const cluster = Cluster.fromDefault();
  const deployments = await cluster.listerWatcher({
    apiVersion: "apps/v1",
    kind: "Deployment",
    namespace: cluster.namespace,
  });
  Deno.serve({ hostname: "127.0.0.1" }, (request) => {
    const name = new URL(request.url).pathname.slice(1);
    if (name === "") return new Response("Which one?", { status: 404 });
    const { signal } = request;
    return streamRollout(deployments, { name, timeoutMs: 600_000, signal });
  });
}
