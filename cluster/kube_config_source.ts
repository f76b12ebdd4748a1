/**
 * Reads client-node's `KubeConfig`. Its values are validated like those of a
 * file; authenticators that were added to it are called through it.
 *
 * @module
 */

import { BUILT_IN_PROVIDERS } from "./_auth_provider.ts";
import type { AuthenticateFunction, ClusterAccess } from "./_cluster_access.ts";
import { isRecord, type JsonRecord } from "../internal/json_fields.ts";
import { Entry } from "./_kubeconfig_entry.ts";
import { selectAccess } from "./_find_kubeconfig.ts";
import type { EntriesByName } from "./_kubeconfig_file.ts";
import type { AuthProviderStore } from "./_kubeconfig_tokens.ts";

/**
 * The part of client-node's `KubeConfig` that is used, which any version of it
 * satisfies. (Its class has private members, so the class of one version is not
 * assignable to that of another.)
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
  /** Applies the credential to the options of a request. */
  applyToHTTPSOptions(options: object): Promise<void>;
}

/** A context of client-node's `KubeConfig`. */
export interface KubeConfigContext {
  /** The name of the context. */
  readonly name: string;
  /** The name of its cluster. */
  readonly cluster: string;
  /** The name of its user. */
  readonly user: string;
  /** The default namespace. */
  readonly namespace?: string | undefined;
}

/** A cluster of client-node's `KubeConfig`. */
export interface KubeConfigCluster {
  /** The name of the cluster. */
  readonly name: string;
  /** The address of its server. */
  readonly server: string;
  /** The certificate authorities that are trusted, as base64-encoded PEM. */
  readonly caData?: string | undefined;
  /** A file with the certificate authorities that are trusted. */
  readonly caFile?: string | undefined;
  /** Whether the certificate of the server is not verified. */
  readonly skipTLSVerify: boolean;
  /** The name to verify the certificate of the server against. */
  readonly tlsServerName?: string | undefined;
  /** The URL of the proxy to use. */
  readonly proxyUrl?: string | undefined;
}

/** A user of client-node's `KubeConfig`. */
export interface KubeConfigUser {
  /** The name of the user. */
  readonly name: string;
  /** The client certificate, as base64-encoded PEM. */
  readonly certData?: string | undefined;
  /** A file with the client certificate. */
  readonly certFile?: string | undefined;
  /** The private key of the client certificate, as base64-encoded PEM. */
  readonly keyData?: string | undefined;
  /** A file with the private key of the client certificate. */
  readonly keyFile?: string | undefined;
  /** A credential plugin. */
  readonly exec?: unknown;
  /** An auth provider. */
  readonly authProvider?: unknown;
  /** The bearer token. */
  readonly token?: string | undefined;
  /** The user name for basic authentication. */
  readonly username?: string | undefined;
  /** The password for basic authentication. */
  readonly password?: string | undefined;
  /** The user to impersonate. */
  readonly impersonateUser?: string | undefined;
}

const WHERE = "the given KubeConfig";

/**
 * Finds out how to connect to the cluster of the current context.
 *
 * @param kubeConfig The `KubeConfig`; later changes of it have no effect.
 * @returns How to connect.
 * @throws {KubeconfigError} If the context is missing or invalid.
 */
export function accessFromKubeConfig(
  kubeConfig: KubeConfigSource,
): ClusterAccess {
  const access = selectAccess({
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
  const changed = BUILT_IN_PROVIDERS.includes(provider.name)
    ? { ...provider, store: objectStore(kubeConfig) }
    : { ...provider, authenticate: pinCurrentContext(kubeConfig) };
  return { ...access, credential: { ...credential, provider: changed } };
}

/** Keeps renewed tokens in the KubeConfig itself, as client-node does. */
function objectStore(kubeConfig: KubeConfigSource): AuthProviderStore {
  const current = kubeConfig.getCurrentContext();
  const context = kubeConfig.getContexts().find(({ name }) => name === current);
  const user = kubeConfig.getUsers().find(({ name }) => name === context?.user);
  const provider: unknown = user?.authProvider;
  const config = isRecord(provider) && isRecord(provider.config)
    ? provider.config
    : {};
  return {
    load: () => config,
    save(changes) {
      Object.assign(config, changes);
      return Promise.resolve();
    },
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
    return [value.name, { entry, directory: "." }];
  }));
}

/** client-node uses auth providers for in-cluster tokens and legacy exec. */
function authentication(exec: unknown, provider: unknown): JsonRecord {
  if (!isRecord(provider)) return { exec };
  const config = isRecord(provider.config) ? provider.config : {};
  if (config.tokenFile) return { exec, tokenFile: config.tokenFile };
  if (config.exec) return { exec: exec ?? config.exec };
  return { exec, "auth-provider": provider };
}

/** Authenticates for this context, even if another becomes current later. */
function pinCurrentContext(kubeConfig: KubeConfigSource): AuthenticateFunction {
  const copy: KubeConfigSource = Object.create(kubeConfig, {
    currentContext: { value: kubeConfig.getCurrentContext() },
    contexts: { value: [...kubeConfig.getContexts()] },
    // Only the headers are used: no request is sent to this server.
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
