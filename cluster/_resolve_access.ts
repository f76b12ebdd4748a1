/**
 * Resolves the entries of a kubeconfig, and reports contradictions and missing
 * files before any request is sent.
 *
 * @module
 */

import type {
  AuthProvider,
  ClientCertificateSource,
  ClusterAccess,
  CredentialConfig,
  ExecPlugin,
  Impersonation,
} from "./_cluster_access.ts";
import type { TlsSettings } from "./transport/tls.ts";
import { isRecord } from "../internal/json_fields.ts";
import { isLoopback } from "../internal/loopback.ts";
import type { Entry } from "./_kubeconfig_entry.ts";
import { kubeconfigStore, type UserLocation } from "./_kubeconfig_tokens.ts";
import { pemSource } from "./_pem.ts";
import { isProxyUrl } from "./transport/environment_proxy.ts";
import { resourceUrl } from "../rest/_request_url.ts";
import { readTextFile, UnreadableFileError } from "../internal/runtime.ts";

/** The selected entries, with paths relative to the current directory. */
export interface AccessEntries {
  /** The name of the context. */
  readonly context: string | undefined;
  /** The namespace of the context. */
  readonly namespace: string | undefined;
  readonly cluster: Entry;
  readonly user: Entry;
  /** Where the entry of the user is, if that is in a file. */
  readonly userLocation: UserLocation | undefined;
}

/** The extension of a cluster that is passed on to its credential plugin. */
const EXEC_EXTENSION = "client.authentication.k8s.io/exec";

const EXEC_VERSIONS = [
  "client.authentication.k8s.io/v1",
  "client.authentication.k8s.io/v1beta1",
];

/**
 * Resolves entries to plain values.
 *
 * @param entries The entries.
 * @returns How to connect to the cluster.
 * @throws {KubeconfigError} If an entry is invalid or a file cannot be read.
 */
export function resolveAccess(entries: AccessEntries): ClusterAccess {
  const { context, namespace, cluster, user, userLocation } = entries;
  const authority = pemSource(cluster, "certificate-authority", "certificate");
  const tls = resolveTls(cluster, authority?.());
  const clientCertificate = resolveClientCertificate(user);
  const server = resolveServer(cluster, tls, clientCertificate);
  const credential = resolveCredential(user, cluster, userLocation);
  checkEncryption(server, credential, user);
  return {
    context,
    namespace,
    server,
    tls,
    authority,
    proxyUrl: resolveProxy(cluster),
    disableCompression: cluster.boolean("disable-compression"),
    credential,
    clientCertificate,
    impersonation: resolveImpersonation(user),
    user: user.where,
  };
}

function resolveServer(
  cluster: Entry,
  { ca, insecure }: TlsSettings,
  certificate: ClientCertificateSource | undefined,
): string {
  const text = cluster.string("server");
  if (text === undefined) throw cluster.unusable("it has no server");
  // As client-go does, which also accepts "localhost:8080".
  const isTls = insecure || ca !== undefined || certificate !== undefined;
  const server = text.includes("://")
    ? text
    : `${isTls ? "https" : "http"}://${text}`;
  try {
    resourceUrl(server, "/");
  } catch (error) {
    const why = error instanceof TypeError ? error.message : "";
    throw cluster.unusable(why.replace(/^Cannot use the given /, ""));
  }
  return server;
}

function resolveTls(cluster: Entry, ca: string | undefined): TlsSettings {
  const insecure = cluster.boolean("insecure-skip-tls-verify");
  if (ca !== undefined && insecure) {
    throw cluster.unusable(
      "it has both certificate-authority and insecure-skip-tls-verify: remove one",
    );
  }
  return { ca, insecure, serverName: cluster.string("tls-server-name") };
}

function resolveProxy(cluster: Entry): string | undefined {
  const text = cluster.string("proxy-url");
  if (text === undefined) return undefined;
  // The message does not quote the URL, which may contain a password.
  if (!URL.canParse(text)) throw cluster.unusable("proxy-url is not a URL");
  if (isProxyUrl(text)) return text;
  throw cluster.unusable(
    `proxy-url starts with ${
      new URL(text).protocol
    }//, expected http://, https:// or socks5://`,
  );
}

function resolveClientCertificate(
  user: Entry,
): ClientCertificateSource | undefined {
  const cert = pemSource(user, "client-certificate", "certificate");
  const key = pemSource(user, "client-key", "key");
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    const missing = cert === undefined ? "client-certificate" : "client-key";
    throw user.unusable(`it has no ${missing}`);
  }
  const source = () => ({ cert: cert(), key: key() });
  source();
  return source;
}

/** The precedence is that of client-go. */
function resolveCredential(
  user: Entry,
  cluster: Entry,
  location: UserLocation | undefined,
): CredentialConfig {
  const token = user.string("token");
  const tokenFile = user.string("tokenFile");
  const username = user.string("username");
  const password = user.string("password");
  const isBasic = username !== undefined || password !== undefined;
  if (token !== undefined && isBasic) {
    throw user.unusable(
      "it has both a token and a username or password: remove one",
    );
  }
  if (tokenFile !== undefined) {
    if (token === undefined) checkTokenFile(user, tokenFile);
    return { type: "token file", path: tokenFile, fallback: token };
  }
  if (token !== undefined) return { type: "token", token };
  if (isBasic) {
    return {
      type: "basic",
      username: username ?? "",
      password: password ?? "",
    };
  }
  const exec = resolveExec(user, cluster);
  const provider = user.entry("auth-provider");
  if (exec !== undefined && provider !== undefined) {
    throw user.unusable("it has both exec and auth-provider: remove one");
  }
  const hasCertificate = ["client-certificate", "client-certificate-data"]
    .some((name) => user.string(name) !== undefined);
  if (exec !== undefined && !hasCertificate) {
    return { type: "exec", plugin: exec };
  }
  return provider === undefined ? { type: "none" } : {
    type: "auth provider",
    provider: resolveAuthProvider(provider, location),
  };
}

function checkTokenFile(user: Entry, path: string): void {
  let why = "it is empty";
  try {
    if (readTextFile(path).trim() !== "") return;
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    why = error.message;
  }
  throw user.unusable(`cannot read tokenFile ${path}: ${why}`);
}

function resolveExec(user: Entry, cluster: Entry): ExecPlugin | undefined {
  const exec = user.entry("exec");
  if (exec === undefined) return undefined;
  const command = exec.string("command");
  if (command === undefined) throw exec.unusable("it has no command");
  const apiVersion = exec.string("apiVersion") ?? "";
  if (!EXEC_VERSIONS.includes(apiVersion)) {
    throw exec.unusable(
      `apiVersion must be ${EXEC_VERSIONS.join(" or ")}`,
    );
  }
  checkInteractiveMode(exec);
  return {
    command,
    args: exec.strings("args"),
    env: Object.fromEntries(exec.entries("env").map(resolveVariable)),
    apiVersion,
    installHint: exec.string("installHint"),
    provideClusterInfo: exec.boolean("provideClusterInfo"),
    clusterConfig: cluster.entries("extensions")
      .find((extension) => extension.string("name") === EXEC_EXTENSION)
      ?.value("extension"),
  };
}

function checkInteractiveMode(exec: Entry): void {
  switch (exec.string("interactiveMode")) {
    case undefined:
    case "Never":
    case "IfAvailable":
      return;
    case "Always":
      throw exec.unusable(
        "interactiveMode is Always, but prompts are not supported: log in beforehand and set it to IfAvailable",
      );
    default:
      throw exec.unusable(
        "interactiveMode must be Never, IfAvailable or Always",
      );
  }
}

function resolveVariable(entry: Entry): [name: string, value: string] {
  const name = entry.string("name");
  if (name === undefined) throw entry.unusable("it has no name");
  return [name, entry.string("value") ?? ""];
}

function resolveAuthProvider(
  entry: Entry,
  location: UserLocation | undefined,
): AuthProvider {
  const name = entry.string("name");
  if (name === undefined) throw entry.unusable("it has no name");
  const config = entry.value("config") ?? {};
  if (!isRecord(config)) throw entry.unusable("config is not an object");
  return {
    name,
    config: { ...config },
    store: location && kubeconfigStore(location),
    authenticate: undefined,
  };
}

function resolveImpersonation(user: Entry): Impersonation | undefined {
  const name = user.string("as");
  const uid = user.string("as-uid");
  const groups = user.strings("as-groups");
  const extras = user.entry("as-user-extra");
  const extra = Object.fromEntries(
    (extras?.names() ?? []).map((key) => [key, extras?.strings(key) ?? []]),
  );
  if (name !== undefined) return { user: name, uid, groups, extra };
  if (uid === undefined && groups.length === 0 && extras === undefined) {
    return undefined;
  }
  throw user.unusable(
    "it has as-uid, as-groups or as-user-extra, which require as",
  );
}

/** client-go silently sends no credential over http; here it is an error. */
function checkEncryption(
  server: string,
  { type }: CredentialConfig,
  user: Entry,
): void {
  const { protocol, hostname } = new URL(server);
  if (protocol === "https:" || type === "none" || isLoopback(hostname)) return;
  throw user.unusable(
    `its credential would be sent to ${hostname} unencrypted: use an https:// server`,
  );
}
