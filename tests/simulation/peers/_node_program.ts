/**
 * The program of the peers that run on Node: `Watch`, `informer` or `fluent`.
 *
 * @module
 */

import type { V1ConfigMap } from "@kubernetes/client-node";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";
import {
  type Consumer,
  type Identified,
  identityOf,
  type Place,
  type Report,
  runProgram,
  sleep,
  type StartConsumer,
  versionsOf,
} from "./_program.ts";

/** The part of kubernetes-fluent-client that is used. */
interface FluentClient {
  readonly kind: { readonly ConfigMap: unknown };
  K8s(kind: unknown): {
    InNamespace(namespace: string): {
      Watch(callback: (object: Identified, phase: string) => void): {
        readonly events: {
          once(event: "connect", listener: () => void): void;
        };
        start(): Promise<unknown>;
        close(): void;
      };
    };
  };
}

/** Loaded by its name, so that only Node has to find it. */
const FLUENT_CLIENT = "kubernetes-fluent-client";

const RESTART_MS = 5_000;

await runProgram(await program(process.argv[2] ?? ""));

async function program(name: string): Promise<StartConsumer> {
  if (name === "fluent") {
    const client: FluentClient = await import(FLUENT_CLIENT);
    return (place, report) => startFluent(client, place, report);
  }
  const client = await import("@kubernetes/client-node");
  return name === "Watch"
    ? (place, report) => startWatch(client, place, report)
    : (place, report) => startInformer(client, place, report);
}

type Client = typeof import("@kubernetes/client-node");

function configOf({ KubeConfig }: Client, { server }: Place) {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "peers", server, skipTLSVerify: true },
    { name: "peers" },
  );
  return config;
}

function pathOf({ namespace }: Place): string {
  return `/api/v1/namespaces/${namespace}/configmaps`;
}

/**
 * As in its example, with bookmarks, and its advice for the callback `done`:
 * watch again from the last version. After a second, since it says nothing
 * about a pause; and after a 410, which it passes on, the consumer lists.
 */
function startWatch(client: Client, place: Place, report: Report): Consumer {
  const config = configOf(client, place);
  const api = config.makeApiClient(client.CoreV1Api);
  const watch = new client.Watch(config);
  let version = "";
  let isOver = false;
  let request: AbortController | undefined;

  const list = async () => {
    for (;;) {
      try {
        const { namespace } = place;
        const { metadata, items } = await api.listNamespacedConfigMap({
          namespace,
        });
        version = metadata?.resourceVersion ?? "";
        report({ type: "listed", version, objects: versionsOf(items) });
        return;
      } catch {
        await sleep(1_000);
      }
    }
  };
  const follow = async () => {
    if (version === "") await list();
    const query = { resourceVersion: version, allowWatchBookmarks: true };
    request = await watch.watch(pathOf(place), query, (type, object) => {
      if (type === "ERROR") {
        if (object.code === 410) expired(object.message);
        return;
      }
      version = object.metadata.resourceVersion;
      if (isChange(type)) report({ type, ...identityOf(object) });
    }, (error) => {
      if (error !== null && Reflect.get(error, "statusCode") === 410) {
        expired(error);
      }
      setTimeout(() => void (isOver || follow()), 1_000);
    });
  };
  const expired = (why: unknown) => {
    report({ type: "ended", why: String(why) });
    version = "";
  };
  void follow();
  return {
    cache: () => undefined,
    stop: () => {
      isOver = true;
      request?.abort();
    },
  };
}

/** As in its example: started again five seconds after an error. */
function startInformer(
  client: Client,
  place: Place,
  report: Report,
): Consumer {
  const config = configOf(client, place);
  const api = config.makeApiClient(client.CoreV1Api);
  const { namespace } = place;
  const informer = client.makeInformer<V1ConfigMap>(
    config,
    pathOf(place),
    () => api.listNamespacedConfigMap({ namespace }),
  );
  informer.on(
    "add",
    (object) => report({ type: "ADDED", ...identityOf(object) }),
  );
  informer.on(
    "update",
    (object) => report({ type: "MODIFIED", ...identityOf(object) }),
  );
  informer.on(
    "delete",
    (object) => report({ type: "DELETED", ...identityOf(object) }),
  );
  informer.on(
    "error",
    () => setTimeout(() => void informer.start(), RESTART_MS),
  );
  void informer.start().then(() => report({ type: "synced" }));
  return {
    cache: () => versionsOf(informer.list()),
    stop: () => void informer.stop(),
  };
}

/** As in its example. It reads the kubeconfig by itself. */
function startFluent(
  { K8s, kind }: FluentClient,
  place: Place,
  report: Report,
): Consumer {
  writeKubeconfig(place.server);
  const watcher = K8s(kind.ConfigMap).InNamespace(place.namespace).Watch(
    (object, phase) => {
      if (!isChange(phase)) return;
      report({ type: phase, ...identityOf(object) });
    },
  );
  watcher.events.once("connect", () => report({ type: "synced" }));
  void watcher.start();
  return { cache: () => undefined, stop: () => watcher.close() };
}

function isChange(phase: string): phase is "ADDED" | "MODIFIED" | "DELETED" {
  return ["ADDED", "MODIFIED", "DELETED"].includes(phase);
}

/** One server serves all namespaces of a process, so that one file does. */
function writeKubeconfig(server: string): void {
  if (process.env.KUBECONFIG !== undefined) return;
  const cluster = { server, "insecure-skip-tls-verify": true };
  const path = `${mkdtempSync(`${tmpdir()}/peers-`)}/kubeconfig`;
  writeFileSync(
    path,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "peers", cluster }],
      users: [{ name: "peers", user: {} }],
      contexts: [{
        name: "peers",
        context: { cluster: "peers", user: "peers" },
      }],
      "current-context": "peers",
    }),
  );
  process.env.KUBECONFIG = path;
}
