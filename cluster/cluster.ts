/**
 * A cluster as a kubeconfig describes it.
 *
 * The kubeconfig is read and judged when a `Cluster` is made; the credential
 * is got, and the HTTP client opened, when the first request needs it. Both
 * are the cluster's, shared by everything that is made of it, and end with it.
 *
 * @module
 */

import {
  kubeConfigAccess,
  type KubeConfigCluster,
  type KubeConfigContext,
  type KubeConfigSource,
  type KubeConfigUser,
} from "./kube_config_source.ts";
import type { ClusterAccess } from "./_cluster_access.ts";
import {
  ClusterConnection,
  type ClusterRestOptions,
} from "./_cluster_connection.ts";
import { Discovery } from "./_discovery.ts";
import { fieldEquals } from "../api/_field_selector.ts";
import { defaultAccess } from "./_find_kubeconfig.ts";
import { RestClient } from "../rest/_rest_client.ts";
import type { ClusterOptions } from "./cluster_options.ts";
import { resourcePath } from "../api/resource_path.ts";
import {
  RestListerWatcher,
  type RestListerWatcherOptions,
} from "../rest/rest_lister_watcher.ts";
import type { KubernetesObject } from "../api/types.ts";

export type {
  ClusterRestOptions,
  KubeConfigCluster,
  KubeConfigContext,
  KubeConfigSource,
  KubeConfigUser,
};

/** What is listed and watched of a resource. */
export interface ClusterResourceOptions extends
  Pick<
    RestListerWatcherOptions,
    | "labelSelector"
    | "fieldSelector"
    | "shardSelector"
    | "metadataOnly"
    | "requestTimeoutMs"
  > {
  /** The group and version of its objects: `"v1"`, `"apps/v1"`. */
  apiVersion: string;
  /**
   * The namespace; absent for all of them. The one that the kubeconfig names
   * is `cluster.namespace`, and is used only where it is given here.
   */
  namespace?: string | undefined;
  /** The name, where it is one object that is wanted. */
  name?: string | undefined;
}

/** A resource, by the kind of its objects or by its plural name. */
export type ClusterListerWatcherOptions =
  & ClusterResourceOptions
  & (
    | {
      /** The kind of the objects: `"Deployment"`. The server is asked for it. */
      kind: string;
      plural?: undefined;
    }
    | {
      /** The plural name: `"deployments"`. It is used as it is. */
      plural: string;
      kind?: undefined;
    }
  );

/**
 * A cluster as a kubeconfig describes it, with the credential, the TLS settings
 * and the proxy that it asks for: what `kubectl` reaches, this does.
 *
 * - Making one sends nothing, and runs and opens nothing. What is wrong with
 *   the kubeconfig is a `KubeconfigError`, of one line.
 * - A token file is read for each request. An exec plugin is run before the
 *   first request, again when its credential has expired, and again after a
 *   401; requests that need it at the same time share one run.
 * - What a kubeconfig asks for and the runtime cannot do is an error at the
 *   first request. Nothing is left out in silence.
 * - Requests go over HTTP/1.1, each one in flight over a connection of its
 *   own: a connection that has died in silence is used by no other.
 * - Disposal aborts what is in flight and closes all connections. It is final.
 *
 * Differences from `kubectl`: a context that names a user that does not exist
 * is an error; a credential that would go unencrypted to another machine is
 * one, too; a plugin cannot ask a person (`interactiveMode: Always`); on Deno
 * the authorities of the cluster are trusted besides those that Deno trusts
 * anyway, unless `undici` is needed; on Bun the proxies of the environment are
 * chosen by Bun's rules. Auth providers (`oidc`, `gcp`, `azure`) are
 * client-node's, which takes a second to load.
 *
 * @example The pods of a namespace, with a kubeconfig
 * ```ts
 * import { Cluster } from "@watchtools/kube/cluster";
 * import { FakeApiServer } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new FakeApiServer();
 * await using listener = await server.listen();
 *
 * // Without options: what kubectl would use.
 * await using cluster = Cluster.fromDefault({ server: listener.url });
 * const pods = await cluster.listerWatcher({
 *   apiVersion: "v1",
 *   plural: "pods",
 *   namespace: cluster.namespace,
 * });
 * assertEquals((await pods.list({})).items, []);
 * ```
 */
export class Cluster implements AsyncDisposable {
  /** The address of the server. */
  readonly server: string;
  /** The namespace that is chosen, else the context's, else `"default"`. */
  readonly namespace: string;
  /** The name of the context; undefined in a pod. */
  readonly context: string | undefined;
  readonly #connection: ClusterConnection;
  readonly #discovery: Discovery;

  private constructor(access: ClusterAccess) {
    this.server = access.server;
    this.namespace = access.namespace ?? "default";
    this.context = access.context;
    this.#connection = new ClusterConnection(access);
    this.#discovery = new Discovery(new RestClient(this.restOptions));
  }

  /**
   * The cluster of the current context of client-node's `KubeConfig`. What
   * that does not keep (`tokenFile`, `as-groups`) cannot be known here.
   *
   * @param kubeConfig The `KubeConfig`; what is set in it later has no effect.
   * @returns The cluster.
   * @throws {KubeconfigError} If it cannot be used.
   *
   * @example From a KubeConfig
   * ```ts
   * import { KubeConfig } from "@kubernetes/client-node";
   * import { Cluster } from "@watchtools/kube/cluster";
   * import { assertEquals } from "@std/assert";
   *
   * const kubeConfig = new KubeConfig();
   * kubeConfig.loadFromClusterAndUser(
   *   { name: "dev", server: "https://dev.example", skipTLSVerify: false },
   *   { name: "me", token: "a-token" },
   * );
   * await using cluster = Cluster.fromKubeConfig(kubeConfig);
   * assertEquals(cluster.server, "https://dev.example");
   * ```
   */
  static fromKubeConfig(kubeConfig: KubeConfigSource): Cluster {
    return new Cluster(kubeConfigAccess(kubeConfig));
  }

  /**
   * The cluster that `kubectl` would reach: by the files that `KUBECONFIG`
   * names, or by `~/.kube/config`, or by the service account of the pod that
   * this runs in.
   *
   * @param options What is asked for besides, or instead: `kubectl`'s flags.
   * @returns The cluster.
   * @throws {KubeconfigError} If nothing says how to reach one, or what says
   *   so cannot be used.
   *
   * @example Another context
   * ```ts
   * import { Cluster } from "@watchtools/kube/cluster";
   * import { assertEquals } from "@std/assert";
   *
   * const kubeconfig = await Deno.makeTempFile();
   * await Deno.writeTextFile(kubeconfig, `
   * current-context: dev
   * contexts:
   * - {name: dev, context: {cluster: dev}}
   * - {name: prod, context: {cluster: prod, namespace: shop}}
   * clusters:
   * - {name: dev, cluster: {server: "https://dev.example"}}
   * - {name: prod, cluster: {server: "https://prod.example"}}
   * `);
   * await using prod = Cluster.fromDefault({ kubeconfig, context: "prod" });
   * assertEquals(prod.server, "https://prod.example");
   * assertEquals(prod.namespace, "shop");
   * await Deno.remove(kubeconfig);
   * ```
   */
  static fromDefault(options: ClusterOptions = {}): Cluster {
    return new Cluster(defaultAccess(options));
  }

  /**
   * What a `RestListerWatcher` of one's own needs to reach this cluster. The
   * parts belong together: after a 401 `fetch` makes `token` get another one.
   * They end with the cluster.
   *
   * @returns The options.
   *
   * @example Another path
   * ```ts
   * import { RestListerWatcher } from "@watchtools/kube";
   * import { Cluster } from "@watchtools/kube/cluster";
   *
   * await using cluster = Cluster.fromDefault({ server: "http://127.0.0.1:1" });
   * const nodes = new RestListerWatcher({
   *   ...cluster.restOptions,
   *   path: "/api/v1/nodes",
   * });
   * ```
   */
  get restOptions(): ClusterRestOptions {
    return this.#connection.restOptions;
  }

  /**
   * What lists and watches a resource of the cluster. A `kind` is looked up on
   * the server, once for each `apiVersion`; a `plural` name is not.
   *
   * @typeParam T Type of the objects.
   * @param options The resource, and what of it.
   * @returns What lists and watches it, over the cluster's connections.
   * @throws {UnknownKindError} If the server has no such kind.
   * @throws {TypeError} If a kind that has no namespaces is asked for in one,
   *   if a part of the path is malformed, or if `name` is empty.
   * @throws {StatusError} If the server refuses to tell what it has.
   * @throws {ConnectionError} If there is no answer.
   * @throws {Error} If there is no credential.
   *
   * @example By kind
   * ```ts
   * import { Cluster } from "@watchtools/kube/cluster";
   * import { assertEquals } from "@std/assert";
   *
   * const asked: string[] = [];
   * const http = Deno.serve({ port: 0, onListen() {} }, (request) => {
   *   const { pathname, search } = new URL(request.url);
   *   asked.push(pathname + decodeURIComponent(search));
   *   return Response.json({
   *     kind: "List",
   *     items: [],
   *     resources: [{ name: "jobs", kind: "Job", namespaced: true }],
   *   });
   * });
   *
   * await using cluster = Cluster.fromDefault({
   *   server: `http://127.0.0.1:${http.addr.port}`,
   * });
   * const jobs = await cluster.listerWatcher({
   *   apiVersion: "batch/v1",
   *   kind: "Job",
   *   namespace: "shop",
   *   name: "import",
   * });
   * await jobs.list({});
   * assertEquals(asked, [
   *   "/apis/batch/v1",
   *   "/apis/batch/v1/namespaces/shop/jobs?fieldSelector=metadata.name=import",
   * ]);
   * await http.shutdown();
   * ```
   */
  async listerWatcher<T extends KubernetesObject = KubernetesObject>(
    options: ClusterListerWatcherOptions,
  ): Promise<RestListerWatcher<T>> {
    const { apiVersion, kind, plural, namespace, name, ...rest } = options;
    const { fieldSelector, ...selection } = rest;
    return new RestListerWatcher<T>({
      ...this.restOptions,
      ...selection,
      path: resourcePath({
        apiVersion,
        plural: plural ?? await this.#pluralOf(apiVersion, kind, namespace),
        namespace,
      }),
      fieldSelector: withName(fieldSelector, name),
    });
  }

  /**
   * Aborts what is in flight, ends what is getting a credential, and closes all
   * connections.
   *
   * @returns Resolves when everything is closed.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection[Symbol.asyncDispose]();
  }

  async #pluralOf(
    apiVersion: string,
    kind: string,
    namespace: string | undefined,
  ): Promise<string> {
    const resource = await this.#discovery.kind(apiVersion, kind);
    if (resource.namespaced || namespace === undefined) return resource.plural;
    throw new TypeError(
      `Cannot look at ${kind} in namespace ${
        JSON.stringify(namespace)
      }: it has no namespaces: leave namespace out`,
    );
  }
}

function withName(
  fieldSelector: string | undefined,
  name: string | undefined,
): string | undefined {
  if (name === undefined) return fieldSelector;
  // The server would have no object of that name, and not say why.
  if (name === "") throw new TypeError("Cannot use an empty text as name");
  const named = fieldEquals("metadata.name", name);
  return fieldSelector ? `${named},${fieldSelector}` : named;
}
