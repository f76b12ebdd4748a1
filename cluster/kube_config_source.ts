/**
 * client-node's `KubeConfig` as an access. Only its values are read, and they
 * are judged as those of a file are; what was added to it to authenticate in
 * another way is called back through it.
 *
 * @module
 */

import { BUILT_IN_PROVIDERS } from "./_auth_provider.ts";
import type { AuthenticateFunction, ClusterAccess } from "./_cluster_access.ts";
import { isRecord, type JsonRecord } from "../internal/json_fields.ts";
import { Entry } from "./_kubeconfig_entry.ts";
import { chooseAccess } from "./_find_kubeconfig.ts";
import type { EntriesByName } from "./_kubeconfig_file.ts";

/**
 * What is used of client-node's `KubeConfig`: any version of it is one. (Its
 * class has private members, which make another type of it in each version.)
 */
export interface KubeConfigSource {
  /** The name of the current context. */
  getCurrentContext(): string;
  /** The contexts. */
  getContexts(): readonly KubeConfigContext[];
  /** The clusters. */
  getClusters(): readonly KubeConfigCluster[];
  /** The users. */
  getUsers(): readonly KubeConfigUser[];
  /** Authenticates in ways that only it knows. */
  applyToHTTPSOptions(options: object): Promise<void>;
}

/** A context of client-node's `KubeConfig`. */
export interface KubeConfigContext {
  /** Its name. */
  readonly name: string;
  /** The name of its cluster. */
  readonly cluster: string;
  /** The name of its user. */
  readonly user: string;
  /** Its namespace. */
  readonly namespace?: string | undefined;
}

/** A cluster of client-node's `KubeConfig`. */
export interface KubeConfigCluster {
  /** Its name. */
  readonly name: string;
  /** The address of its server. */
  readonly server: string;
  /** The authorities that are trusted, as base64 of PEM. */
  readonly caData?: string | undefined;
  /** A file with the authorities that are trusted. */
  readonly caFile?: string | undefined;
  /** Whether any certificate of the server's will do. */
  readonly skipTLSVerify: boolean;
  /** The name that the server's certificate is for. */
  readonly tlsServerName?: string | undefined;
  /** The proxy to go through. */
  readonly proxyUrl?: string | undefined;
}

/** A user of client-node's `KubeConfig`. */
export interface KubeConfigUser {
  /** Its name. */
  readonly name: string;
  /** The client certificate, as base64 of PEM. */
  readonly certData?: string | undefined;
  /** A file with the client certificate. */
  readonly certFile?: string | undefined;
  /** The key of the client certificate, as base64 of PEM. */
  readonly keyData?: string | undefined;
  /** A file with the key of the client certificate. */
  readonly keyFile?: string | undefined;
  /** A program that prints a credential. */
  readonly exec?: unknown;
  /** What client-node knows how to authenticate with. */
  readonly authProvider?: unknown;
  /** The bearer token. */
  readonly token?: string | undefined;
  /** The user name for basic authentication. */
  readonly username?: string | undefined;
  /** The password for basic authentication. */
  readonly password?: string | undefined;
  /** The user that requests are made for. */
  readonly impersonateUser?: string | undefined;
}

const WHERE = "the given KubeConfig";

/**
 * How the current context of a `KubeConfig` is reached.
 *
 * @param kubeConfig The `KubeConfig`; what is set in it later has no effect.
 * @returns How.
 * @throws {KubeconfigError} If it cannot be used.
 */
export function kubeConfigAccess(kubeConfig: KubeConfigSource): ClusterAccess {
  const access = chooseAccess({
    where: WHERE,
    currentContext: kubeConfig.getCurrentContext() || undefined,
    clusters: entries("cluster", kubeConfig.getClusters(), (cluster) => ({
      "server": cluster.server,
      "certificate-authority": cluster.caFile,
      "certificate-authority-data": cluster.caData,
      "insecure-skip-tls-verify": cluster.skipTLSVerify,
      "tls-server-name": cluster.tlsServerName,
      "proxy-url": cluster.proxyUrl,
    })),
    contexts: entries("context", kubeConfig.getContexts(), (context) => ({
      cluster: context.cluster,
      user: context.user,
      namespace: context.namespace,
    })),
    users: entries("user", kubeConfig.getUsers(), (user) => ({
      "token": user.token,
      "username": user.username,
      "password": user.password,
      "client-certificate": user.certFile,
      "client-certificate-data": user.certData,
      "client-key": user.keyFile,
      "client-key-data": user.keyData,
      "as": user.impersonateUser,
      ...authentication(user.exec, user.authProvider),
    })),
  }, {});
  const { credential } = access;
  if (credential.type !== "auth provider") return access;
  const { provider } = credential;
  if (BUILT_IN_PROVIDERS.includes(provider.name)) return access;
  const authenticate = heldFast(kubeConfig);
  return {
    ...access,
    credential: { ...credential, provider: { ...provider, authenticate } },
  };
}

function entries<V extends { readonly name: string }>(
  kind: string,
  values: readonly V[] | undefined,
  fields: (value: V) => JsonRecord,
): EntriesByName {
  return new Map((values ?? []).map((value) => {
    const where = `${kind} ${JSON.stringify(value.name)} of ${WHERE}`;
    const entry = new Entry(where, fields(value));
    return [value.name, { entry, folder: "." }];
  }));
}

/** client-node hides what a pod is given, and an older way to exec, in these. */
function authentication(exec: unknown, provider: unknown): JsonRecord {
  if (!isRecord(provider)) return { exec };
  const config = isRecord(provider.config) ? provider.config : {};
  if (config.tokenFile) return { exec, tokenFile: config.tokenFile };
  if (config.exec) return { exec: exec ?? config.exec };
  return { exec, "auth-provider": provider };
}

/** Another context may be made the current one: this one is kept. */
function heldFast(kubeConfig: KubeConfigSource): AuthenticateFunction {
  const copy: KubeConfigSource = Object.create(kubeConfig, {
    currentContext: { value: kubeConfig.getCurrentContext() },
    contexts: { value: [...kubeConfig.getContexts()] },
    // Only the headers are wanted, and no agent for a real server.
    clusters: {
      value: kubeConfig.getClusters().map(({ name }) => ({
        name,
        server: "https://localhost",
        skipTLSVerify: false,
      })),
    },
    users: { value: [...kubeConfig.getUsers()] },
    agentCache: { value: new Map() },
  });
  return (options) => copy.applyToHTTPSOptions(options);
}
