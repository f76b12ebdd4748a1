/**
 * Sends each new warning event of a cluster (`kubectl get events`) to a webhook.
 *
 * ```sh
 * WEBHOOK_URL=… deno run -A examples/webhook.ts
 * ```
 *
 * It uses the cluster that `kubectl` uses, and runs until it is interrupted.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program's output

import {
  type KubernetesObject,
  type ListerWatcher,
  RetryWatcher,
  StatusError,
} from "@watchtools/kube";
import { Cluster } from "@watchtools/kube/cluster";

/** What is used of an Event of `v1`. */
export interface ClusterEvent extends KubernetesObject {
  /** What it is about. */
  involvedObject?: { kind?: string; namespace?: string; name?: string };
  /** Why it was recorded, in one word. */
  reason?: string;
  /** What happened. */
  message?: string;
  /** How often it has happened. */
  count?: number;
}

/** Options for {@linkcode forwardEvents}. */
export interface ForwardOptions {
  /** Stops it. */
  signal: AbortSignal;
  /** Called with a line if events may be missing. */
  log: (line: string) => void;
}

/**
 * Sends a line for each event recorded from now on.
 *
 * A `RetryWatcher` reads the next event once the last one has been sent, so a
 * slow webhook delays events but loses none. After a broken connection it
 * continues with the event after the last one it delivered.
 *
 * @param events Lists and watches the events.
 * @param send Sends a line. If it throws, forwarding ends with that error: a
 *   program that restarts is better than a warning that is lost silently.
 * @param options What stops it.
 * @returns Resolves when the signal is aborted.
 * @throws {StatusError} If the server refuses the list or the watch.
 */
export async function forwardEvents(
  events: ListerWatcher<ClusterEvent>,
  send: (line: string) => Promise<void>,
  { signal, log }: ForwardOptions,
): Promise<void> {
  while (!signal.aborted) {
    // A list of one item is enough to get the version to start from.
    const { metadata } = await events.list({ limit: 1, signal });
    const watcher = new RetryWatcher(
      metadata?.resourceVersion ?? "",
      events,
      { signal },
    );
    for await (const event of watcher) {
      switch (event.type) {
        case "ADDED":
        case "MODIFIED": // It happened again: the count has grown.
          await send(lineFor(event.object));
          break;
        case "ERROR":
          // The watcher cannot continue. After a 410 (it was disconnected for
          // longer than the server's history) a new one can; after anything
          // else, such as a missing permission, it could not either.
          if (event.object.code !== 410) throw new StatusError(event.object);
          log(
            "Some events may be missing: they are no longer in the server's history",
          );
      }
    }
  }
}

function lineFor(
  { involvedObject, reason, message, count = 1 }: ClusterEvent,
): string {
  const { kind, namespace, name } = involvedObject ?? {};
  const path = [namespace, name].filter(Boolean).join("/");
  const times = count > 1 ? ` (${count} times)` : "";
  return `${kind} ${path}: ${reason}: ${message}${times}`;
}

/**
 * Creates a function that posts a line to a webhook, in the format of common chat
 * services.
 *
 * @param url The webhook. It is often a secret, so no error contains it.
 * @param fetch Sends the request.
 * @returns The function.
 */
export function webhook(
  url: string,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): (line: string) => Promise<void> {
  return async (text) => {
    let response: Response;
    try {
      response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ text }),
        signal: AbortSignal.timeout(10_000),
      });
    } catch {
      throw new Error("Cannot reach the webhook: check WEBHOOK_URL");
    }
    await response.body?.cancel();
    if (!response.ok) {
      throw new Error(`The webhook refused a line: HTTP ${response.status}`);
    }
  };
}

async function main(): Promise<number> {
  const url = Deno.env.get("WEBHOOK_URL");
  if (url === undefined) {
    console.error("Set WEBHOOK_URL to the webhook's URL");
    return 2;
  }
  const interrupted = new AbortController();
  Deno.addSignalListener("SIGINT", () => interrupted.abort());
  await using cluster = Cluster.fromDefault();
  const events = await cluster.listerWatcher<ClusterEvent>({
    apiVersion: "v1",
    plural: "events",
    fieldSelector: "type=Warning",
  });
  try {
    await forwardEvents(events, webhook(url), {
      signal: interrupted.signal,
      log: console.error,
    });
    return 0;
  } catch (error) {
    if (interrupted.signal.aborted) return 0;
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main());
