/**
 * Connects to the server that a command line selects: that of a kubeconfig,
 * with the options applied to it, or an embedded one that lives as long as the
 * command.
 *
 * @module
 */

import type { ClusterAccess } from "../cluster/_cluster_access.ts";
import { ClusterConnection } from "../cluster/_cluster_connection.ts";
import { findClusterAccess } from "../cluster/_find_kubeconfig.ts";
import { environmentProxy } from "../cluster/transport/environment_proxy.ts";
import { parseExactJson } from "../internal/exact_json.ts";
import { RestClient, type TokenFunction } from "../rest/_rest_client.ts";
import type { ListerWatcher } from "../api/types.ts";
import type { ClusterChoice, ServerChoice } from "./_command_line.ts";
import type { Target } from "./resources/selection.ts";
import type { CommandContext } from "./_command_module.ts";
import { PlacedError, type ServerPlace } from "./_server_failure.ts";
import {
  type ResourceCatalog,
  ResourceFinder,
} from "./resources/resource_finder.ts";
import { isFixedToken } from "../rest/_token.ts";
import { ObjectSource } from "./resources/object_source.ts";
import {
  ResourceSource,
  type ServerAccess,
} from "./resources/resource_source.ts";
import type { ResourceType } from "./resources/built_in.ts";
import type { TableObject } from "./printers/table.ts";
import { UsageError } from "./terminal/usage_error.ts";

/** A connection to a server. */
export interface Connection extends AsyncDisposable {
  /** What to tell the user about the server beforehand, if anything. */
  readonly notice: string | undefined;
  /** The server and the credential, for error messages. */
  readonly place: ServerPlace;
  /** The default namespace. */
  readonly namespace: string;
  /** Finds resources by name. */
  readonly resources: ResourceFinder;
  /** Sends any request. */
  readonly client: RestClient;
  /**
   * Whether a request waits for its credential and not for the server: an exec
   * plugin may take long.
   */
  readonly awaitsCredential: boolean;
  /**
   * Creates a source that lists and watches objects. Sends no request yet.
   *
   * @param target The objects.
   * @returns The source.
   */
  source(target: Target): ListerWatcher;
  /**
   * Creates a source that lists and watches objects as rows of the server's
   * table. Sends no request yet.
   *
   * @param target The objects.
   * @returns The source.
   */
  rows(target: Target): Promise<ListerWatcher<TableObject>>;
}

/**
 * Calls a function with a connection to a server, and closes the connection.
 *
 * @param choice The server.
 * @param context Where to print the notice of the server, and what aborts API
 *   discovery.
 * @param use The function.
 * @returns What the function returns.
 * @throws {KubeconfigError} If no usable configuration is found.
 * @throws {UsageError} If the function throws one.
 * @throws {PlacedError} If the function throws any other error, its cause.
 */
export async function withConnection<V>(
  choice: ServerChoice,
  { screen, signal }: Pick<CommandContext, "screen" | "signal">,
  use: (connection: Connection) => Promise<V>,
): Promise<V> {
  await using connection = await connect(choice, signal);
  if (connection.notice !== undefined) screen.note(connection.notice);
  try {
    return await use(connection);
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new PlacedError(cause, connection.place);
  }
}

/**
 * Creates a connection to a server. Sends no request yet.
 *
 * @param choice The server.
 * @param signal Aborts API discovery.
 * @returns The connection.
 * @throws {KubeconfigError} If no usable configuration is found.
 */
export async function connect(
  choice: ServerChoice,
  signal?: AbortSignal,
): Promise<Connection> {
  return choice.type === "embedded"
    ? await connectToEmbedded()
    : connectToCluster(choice.options, signal);
}

async function connectToEmbedded(): Promise<Connection> {
  // Loaded on demand, to keep other commands fast.
  const { startEmbeddedServer } = await import("./_embedded_server.ts");
  const embedded = await startEmbeddedServer();
  const load = () => Promise.resolve(embedded.catalog);
  return connection({ server: embedded.url }, load, {
    notice: embedded.notice,
    place: {
      server: embedded.url,
      context: undefined,
      proxy: undefined,
      credential: undefined,
    },
    namespace: "default",
    [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose](),
  });
}

function connectToCluster(
  { requestTimeoutMs, ...options }: ClusterChoice,
  signal: AbortSignal | undefined,
): Connection {
  const access = findClusterAccess(options);
  const cluster = new ClusterConnection(access);
  const load = async (client: RestClient) => {
    // Loaded on demand: built-in resources need no discovery.
    const { Discovery } = await import("../cluster/_discovery.ts");
    return new Discovery({
      read: (request) => client.read({ ...request, signal }),
    });
  };
  return connection({ ...cluster.restOptions, requestTimeoutMs }, load, {
    notice: undefined,
    place: {
      server: access.server,
      context: options.server === undefined ? access.context : undefined,
      proxy: proxyOf(access),
      credential: credentialOf(access, options),
    },
    namespace: access.namespace ?? "default",
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  });
}

/** The proxy of the kubeconfig or the environment, without credentials. */
function proxyOf({ server, proxyUrl }: ClusterAccess): string | undefined {
  const proxy = proxyUrl ?? environmentProxy(server);
  if (proxy === undefined || !URL.canParse(proxy)) return undefined;
  const { protocol, host } = new URL(proxy);
  return `${protocol}//${host}`;
}

/** How error messages refer to the credential. */
function credentialOf(
  { credential, clientCertificate, user }: ClusterAccess,
  { token, tokenFile, username }: ClusterChoice,
): string | undefined {
  if (token !== undefined) return "the token given with --token";
  if (tokenFile !== undefined) return `the token in ${tokenFile}`;
  if (username !== undefined) return "the password given with --password";
  return credential.type === "none" && clientCertificate === undefined
    ? undefined
    : `the credential of ${user}`;
}

function connection(
  access: ServerAccess,
  load: (client: RestClient) => Promise<ResourceCatalog>,
  others: Pick<
    Connection,
    "notice" | "place" | "namespace" | typeof Symbol.asyncDispose
  >,
): Connection {
  const tokens = new PendingTokens(access.token);
  const client = new RestClient({
    ...access,
    token: tokens.token,
    parse: parseExactJson,
  });
  const resources = new ResourceFinder(() => load(client));
  const rediscover = (resource: ResourceType) => resources.rediscover(resource);
  return {
    ...others,
    resources,
    client,
    get awaitsCredential() {
      return tokens.isPending;
    },
    source: (target) =>
      new ResourceSource(target, {
        open: (place) => new ObjectSource({ client, ...place }),
        rediscover,
      }),
    rows: async (target) => {
      const { TableSource } = await import("./printers/table_source.ts");
      return new ResourceSource(target, {
        open: (place) => new TableSource({ client, ...place }),
        rediscover,
      });
    },
  };
}

/** Knows whether a token function is running. */
class PendingTokens {
  /** The same token, or the same function. */
  readonly token: string | TokenFunction | undefined;
  #pending = 0;

  constructor(token: string | TokenFunction | undefined) {
    // A token that never changes is not waited for, nor sent again.
    this.token = typeof token === "function" && !isFixedToken(token)
      ? (request) => this.#count(async () => await token(request))
      : token;
  }

  get isPending(): boolean {
    return this.#pending > 0;
  }

  async #count(getToken: () => Promise<string>): Promise<string> {
    this.#pending++;
    try {
      return await getToken();
    } finally {
      this.#pending--;
    }
  }
}
