/**
 * The server that a command line chooses: that of a kubeconfig, perhaps as the
 * options change it, or a server of our own that lives as long as the command.
 *
 * @module
 */

import type { ClusterAccess } from "../cluster/_cluster_access.ts";
import { ClusterConnection } from "../cluster/_cluster_connection.ts";
import { defaultAccess } from "../cluster/_find_kubeconfig.ts";
import { environmentProxy } from "../cluster/transport/environment_proxy.ts";
import { RestClient } from "../rest/_rest_client.ts";
import { RestListerWatcher } from "../rest/rest_lister_watcher.ts";
import type { ListerWatcher } from "../api/types.ts";
import type { ClusterChoice, ServerChoice } from "./_command_line.ts";
import type { Target } from "./resources/selection.ts";
import type { CommandContext } from "./_command_module.ts";
import { PlacedError, type ServerPlace } from "./_server_failure.ts";
import {
  type ResourceCatalog,
  ResourceFinder,
} from "./resources/resource_finder.ts";
import {
  ResourceSource,
  type ServerAccess,
} from "./resources/resource_source.ts";
import type { ResourceType } from "./resources/built_in.ts";
import type { TableObject } from "./printers/table.ts";
import { UsageError } from "./terminal/usage_error.ts";

/** A way to a server. */
export interface Connection extends AsyncDisposable {
  /** What a person should know about the server beforehand, if anything. */
  readonly notice: string | undefined;
  /** Which server it is, and as whom it is spoken to. */
  readonly place: ServerPlace;
  /** The namespace that is meant where none is named. */
  readonly namespace: string;
  /** Finds resources by what they were called. */
  readonly resources: ResourceFinder;
  /** Sends any request. */
  readonly client: RestClient;
  /**
   * Makes no request yet.
   *
   * @param target What is looked at.
   * @returns The objects, to be listed and watched.
   */
  source(target: Target): ListerWatcher;
  /**
   * Makes no request yet.
   *
   * @param target What is looked at.
   * @returns The rows of the server's own table of it, likewise.
   */
  rows(target: Target): Promise<ListerWatcher<TableObject>>;
}

/**
 * Does something with a server.
 *
 * @param choice The server.
 * @param context Where is told what a person should know about it, and what
 *   ends the search for resources.
 * @param use Does it.
 * @returns What it gives.
 * @throws {KubeconfigError} If nothing says how to reach it.
 * @throws {UsageError} If the command line makes no sense there.
 * @throws {PlacedError} If it fails, with what went wrong as cause.
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
 * Prepares to reach a server. No request is sent yet.
 *
 * @param choice The server.
 * @param signal Ends the search for resources.
 * @returns The way to it.
 * @throws {KubeconfigError} If nothing says how to reach it.
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
  // Loaded only here: nobody else should wait for it.
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
  const access = defaultAccess(options);
  const cluster = new ClusterConnection(access);
  const load = async (client: RestClient) => {
    // Loaded only here: what is in the table needs no discovery.
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

/** The proxy that is used, whoever names it. */
function proxyOf({ server, proxyUrl }: ClusterAccess): string | undefined {
  const proxy = proxyUrl ?? environmentProxy(server);
  if (proxy === undefined || !URL.canParse(proxy)) return undefined;
  const { protocol, host } = new URL(proxy);
  return `${protocol}//${host}`;
}

/** What an error is to call the credential. */
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
  others: Omit<Connection, "resources" | "client" | "source" | "rows">,
): Connection {
  const client = new RestClient(access);
  const resources = new ResourceFinder(() => load(client));
  const findAgain = (resource: ResourceType) => resources.again(resource);
  return {
    ...others,
    resources,
    client,
    source: (target) =>
      new ResourceSource(target, {
        open: (place) => new RestListerWatcher({ ...access, ...place }),
        findAgain,
      }),
    rows: async (target) => {
      const { TableSource } = await import("./printers/table_source.ts");
      return new ResourceSource(target, {
        open: (place) => new TableSource({ client, ...place }),
        findAgain,
      });
    },
  };
}
