/**
 * A client for the cluster that a kubeconfig describes.
 *
 * The kubeconfig is read and validated when a `Cluster` is created; the
 * credential is fetched and the HTTP client opened when the first request needs
 * them. The `Cluster` owns both, and everything created from it shares them.
 *
 * @module
 */

import {
  accessFromKubeConfig,
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
import { findClusterAccess } from "./_find_kubeconfig.ts";
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

/** Options that select the objects of a resource. */
export interface ClusterResourceOptions extends
  Pick<
    RestListerWatcherOptions,
    | "labelSelector"
    | "fieldSelector"
    | "shardSelector"
    | "metadataOnly"
    | "dropManagedFields"
    | "requestTimeoutMs"
  > {
  /** The group and version of the resource: `"v1"`, `"apps/v1"`. */
  apiVersion: string;
  /**
   * The namespace; omit for all namespaces. That of the kubeconfig is not used
   * by default: pass `cluster.namespace`.
   */
  namespace?: string | undefined;
  /** The name of the object, to list and watch only one. */
  name?: string | undefined;
}

/** Options for {@linkcode Cluster.listerWatcher}. */
export type ClusterListerWatcherOptions =
  & ClusterResourceOptions
  & (
    | {
      /** The kind: `"Deployment"`. It is looked up on the server. */
      kind: string;
      plural?: undefined;
    }
    | {
      /** The plural name of the resource: `"deployments"`. Needs no lookup. */
      plural: string;
      kind?: undefined;
    }
  );

/**
 * A client for the cluster that a kubeconfig describes, with its credential,
 * TLS settings and proxy: it connects to what `kubectl` connects to.
 *
 * - Creating one sends no request, runs no program and opens no connection. If
 *   the kubeconfig is invalid, it throws a `KubeconfigError` with a one-line
 *   message.
 * - A token file is read for each request. An exec plugin is run before the
 *   first request, again when its credential has expired, and again after a
 *   401; concurrent requests share one run.
 * - Files with certificates are read again after a failed connection or a 401,
 *   and at least every five minutes, so that rotated authorities and renewed
 *   client certificates are followed.
 * - An expired OpenID Connect token is renewed; the new tokens are written back
 *   to the kubeconfig.
 * - What can never work (a setting that the runtime does not support, a
 *   certificate or a header that cannot be used) is a `ConfigurationError` at
 *   the first request. No setting is silently ignored.
 * - Requests use HTTP/1.1, and each request in flight has a connection of its
 *   own, so a connection that has died silently affects no other request.
 * - Disposal aborts requests in flight and closes all connections. A disposed
 *   `Cluster` cannot be used again.
 *
 * Differences from `kubectl`: a context with a user that does not exist is an
 * error, and so is sending a credential unencrypted to another machine; a
 * plugin cannot prompt (`interactiveMode: Always`); on Deno the certificate
 * authorities of the cluster are trusted in addition to Deno's own, unless
 * `undici` is needed; on Bun, Bun's rules select the proxy of the environment.
 * The auth providers `gcp` and `azure` are those of client-node, which takes a
 * second to load.
 *
 * @example List the pods of a namespace
 * ```ts
 * import { Cluster } from "@watchtools/kube/cluster";
 * import { FakeApiServer } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new FakeApiServer();
 * await using listener = await server.listen();
 *
 * // Without options: the cluster that kubectl would use.
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
  /** The namespace of the options or else of the context, or `"default"`. */
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
   * Creates a client for the current context of client-node's `KubeConfig`.
   * Fields that this class drops (`tokenFile`, `as-groups`) have no effect.
   *
   * @param kubeConfig The `KubeConfig`; later changes of it have no effect.
   * @returns The cluster.
   * @throws {KubeconfigError} If the context is missing or invalid.
   *
   * @example Use a KubeConfig
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
    return new Cluster(accessFromKubeConfig(kubeConfig));
  }

  /**
   * Creates a client for the cluster that `kubectl` would use: from the files
   * in `KUBECONFIG`, from `~/.kube/config`, or from the service account of the
   * pod that it is running in.
   *
   * @param options Overrides, as `kubectl`'s flags.
   * @returns The cluster.
   * @throws {KubeconfigError} If there is no configuration, or it is invalid.
   *
   * @example Select another context
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
    return new Cluster(findClusterAccess(options));
  }

  /**
   * Options for a custom `RestListerWatcher` for this cluster. Use all of them
   * together: when `fetch` gets a 401, `token` returns a new token. They show no
   * credential when they are logged. They stop working when the cluster is
   * disposed.
   *
   * @returns The options.
   *
   * @example Use another path
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
   * Creates a lister-watcher for a resource. A `kind` is looked up on the
   * server, once for each `apiVersion`; a `plural` name is not.
   *
   * @typeParam T Type of the objects.
   * @param options The resource and which of its objects.
   * @returns A lister-watcher that uses the cluster's connections.
   * @throws {UnknownKindError} If the server has no such kind.
   * @throws {TypeError} If `apiVersion` or both `kind` and `plural` are missing, if
   *   `namespace` is given for a cluster-scoped kind, if a part of the path is
   *   malformed, or if `name` is empty.
   * @throws {StatusError} If the server refuses the lookup.
   * @throws {ConnectionError} If there is no response to the lookup.
   * @throws {Error} If no credential can be obtained for the lookup.
   *
   * @example List the objects of a kind
   * ```ts
   * import { Cluster } from "@watchtools/kube/cluster";
   * import { assertEquals } from "@std/assert";
   *
   * const requests: string[] = [];
   * const http = Deno.serve({ port: 0, onListen() {} }, (request) => {
   *   const { pathname, search } = new URL(request.url);
   *   requests.push(pathname + decodeURIComponent(search));
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
   * assertEquals(requests, [
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
    checkResource(apiVersion, plural ?? kind);
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
   * Aborts requests in flight, terminates a credential plugin, and closes all
   * connections.
   *
   * @returns A promise that resolves when everything is closed.
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
      `Cannot list ${kind} in namespace ${
        JSON.stringify(namespace)
      }: it is cluster-scoped: omit namespace`,
    );
  }
}

/** Callers of JavaScript may leave them out. */
function checkResource(...names: readonly unknown[]): void {
  if (names.every((name) => typeof name === "string")) return;
  throw new TypeError(
    'Cannot create a lister-watcher: expected an apiVersion and a kind or plural, such as { apiVersion: "v1", kind: "Pod" }',
  );
}

function withName(
  fieldSelector: string | undefined,
  name: string | undefined,
): string | undefined {
  if (name === undefined) return fieldSelector;
  // The server would return an empty list, without an error.
  if (name === "") {
    throw new TypeError(
      "Cannot create a lister-watcher: name must not be empty",
    );
  }
  const named = fieldEquals("metadata.name", name);
  return fieldSelector ? `${named},${fieldSelector}` : named;
}
