/**
 * The server that a command line chooses: that of a kubeconfig, perhaps as the
 * options change it, or a server of our own that lives as long as the command.
 *
 * @module
 */

import type { ListerWatcher } from "../watch/types.ts";
import { RestClient } from "../watch/_rest_client.ts";
import type { ClusterChoice, ServerChoice, Target } from "./_command.ts";
import type { CommandContext } from "./_commands.ts";
import { readFileText } from "./_files.ts";
import { ResourceFinder } from "./_resource_finder.ts";
import { ResourceSource, type ServerAccess } from "./_resource_source.ts";
import { UsageError } from "./_usage_error.ts";

/** A way to a server. */
export interface Connection extends AsyncDisposable {
  /** What a person should know about the server beforehand, if anything. */
  readonly notice: string | undefined;
  /** The namespace that is meant where none is named. */
  readonly namespace: string;
  /** Finds resources by what they were called. */
  readonly resources: ResourceFinder;
  /** Sends any request; made when it is first asked for. */
  readonly client: RestClient;
  /**
   * Makes no request yet.
   *
   * @param target What is looked at.
   * @returns The objects, to be listed and watched.
   */
  source(target: Target): ListerWatcher;
}

/**
 * Does something with a server.
 *
 * @param choice The server.
 * @param context Where is told what a person should know about it.
 * @param use Does it.
 * @returns What it gives.
 * @throws {UsageError} If the address or the token is malformed.
 */
export async function withConnection<V>(
  choice: ServerChoice,
  { screen }: Pick<CommandContext, "screen">,
  use: (connection: Connection) => Promise<V>,
): Promise<V> {
  await using connection = await connect(choice);
  if (connection.notice !== undefined) screen.note(connection.notice);
  return await use(connection);
}

/**
 * Prepares to reach a server. Only a token file is looked at yet.
 *
 * @param choice The server.
 * @returns The way to it.
 * @throws {UsageError} If the address or the token is malformed.
 * @throws {Error} If the token file cannot be read.
 */
export async function connect(choice: ServerChoice): Promise<Connection> {
  return choice.type === "embedded"
    ? await connectToEmbedded()
    : connectToCluster(choice.options);
}

async function connectToEmbedded(): Promise<Connection> {
  // Loaded only here: nobody else should wait for it.
  const { startEmbeddedServer } = await import("./_embedded_server.ts");
  const embedded = await startEmbeddedServer();
  return connection({ server: embedded.url }, {
    notice: embedded.notice,
    namespace: "default",
    close: () => embedded[Symbol.asyncDispose](),
  });
}

function connectToCluster(options: ClusterChoice): Connection {
  const { server = "", token, tokenFile, requestTimeoutMs } = options;
  if (tokenFile !== undefined) readToken(tokenFile);
  const access: ServerAccess = {
    server,
    // Read for every request: whoever renews the file renews the token.
    token: tokenFile === undefined ? token : () => readToken(tokenFile),
    requestTimeoutMs,
  };
  return connection(access, {
    notice: undefined,
    namespace: "default",
    close: () => Promise.resolve(),
  });
}

function connection(
  access: ServerAccess,
  { notice, namespace, close }: {
    notice: string | undefined;
    namespace: string;
    close: () => PromiseLike<void>;
  },
): Connection {
  const client = clientOf(access);
  const resources = new ResourceFinder(() => {
    throw new Error("no discovery");
  });
  return {
    notice,
    namespace,
    resources,
    client,
    source: (target) =>
      new ResourceSource(target, {
        access,
        findAgain: (resource) => resources.again(resource),
      }),
    [Symbol.asyncDispose]: close,
  };
}

function clientOf(access: ServerAccess): RestClient {
  try {
    return new RestClient(access);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new UsageError(cause.message, { cause });
  }
}

function readToken(path: string): string {
  const text = readFileText(path, "--token-file");
  if (text.trim() !== "") return text;
  throw new Error(`Cannot use the token file ${path}: it is empty`);
}
