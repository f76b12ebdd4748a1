/**
 * Makes an access of the entries of a kubeconfig, and finds what contradicts
 * itself or is not there before anything is sent.
 *
 * @module
 */

import type {
  AuthProvider,
  ClientCertificateSource,
  ClusterAccess,
  CredentialChoice,
  ExecPlugin,
  Impersonation,
} from "./_cluster_access.ts";
import type { TlsSettings } from "./transport/tls.ts";
import { isRecord } from "../internal/json_fields.ts";
import type { Entry } from "./_kubeconfig_entry.ts";
import { pemSource } from "./_pem.ts";
import { isProxyUrl } from "./transport/environment_proxy.ts";
import { resourceUrl } from "../rest/_request_url.ts";
import { readTextFile, UnreadableFileError } from "../internal/runtime.ts";

/** The entries that say how a cluster is reached; paths begin here. */
export interface AccessEntries {
  /** The context's name. */
  readonly context: string | undefined;
  /** The context's namespace. */
  readonly namespace: string | undefined;
  readonly cluster: Entry;
  readonly user: Entry;
}

/** Where a cluster's entry speaks to the plugins that print credentials. */
const EXEC_EXTENSION = "client.authentication.k8s.io/exec";

const EXEC_VERSIONS = [
  "client.authentication.k8s.io/v1",
  "client.authentication.k8s.io/v1beta1",
];

/**
 * What some entries say, as plain values.
 *
 * @param entries The entries.
 * @returns How the cluster is reached.
 * @throws {KubeconfigError} If they cannot be used.
 */
export function accessOf(entries: AccessEntries): ClusterAccess {
  const { context, namespace, cluster, user } = entries;
  const tls = tlsOf(cluster);
  const clientCertificate = clientCertificateOf(user);
  const server = serverOf(cluster, tls, clientCertificate);
  const credential = credentialOf(user, cluster);
  checkEncryption(server, credential, user);
  return {
    context,
    namespace,
    server,
    tls,
    proxyUrl: proxyOf(cluster),
    disableCompression: cluster.flag("disable-compression"),
    credential,
    clientCertificate,
    impersonation: impersonationOf(user),
    user: user.where,
  };
}

function serverOf(
  cluster: Entry,
  { ca, insecure }: TlsSettings,
  certificate: ClientCertificateSource | undefined,
): string {
  const text = cluster.text("server");
  if (text === undefined) throw cluster.unusable("it has no server");
  // As client-go does, for which "localhost:8080" is an address as well.
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

function tlsOf(cluster: Entry): TlsSettings {
  const ca = pemSource(cluster, "certificate-authority", "certificate")?.();
  const insecure = cluster.flag("insecure-skip-tls-verify");
  if (ca !== undefined && insecure) {
    throw cluster.unusable(
      "it has a certificate-authority and insecure-skip-tls-verify: take one out",
    );
  }
  return { ca, insecure, serverName: cluster.text("tls-server-name") };
}

function proxyOf(cluster: Entry): string | undefined {
  const text = cluster.text("proxy-url");
  if (text === undefined) return undefined;
  // Without the address in the error: it may hold a password.
  if (!URL.canParse(text)) throw cluster.unusable("proxy-url is no URL");
  if (isProxyUrl(text)) return text;
  throw cluster.unusable(
    `proxy-url begins with ${
      new URL(text).protocol
    }//, not with http://, https:// or socks5://`,
  );
}

function clientCertificateOf(
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

/** What outranks what is as in client-go. */
function credentialOf(user: Entry, cluster: Entry): CredentialChoice {
  const token = user.text("token");
  const tokenFile = user.text("tokenFile");
  const username = user.text("username");
  const password = user.text("password");
  const isBasic = username !== undefined || password !== undefined;
  if (token !== undefined && isBasic) {
    throw user.unusable("it has a token and a username: take one out");
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
  const exec = execOf(user, cluster);
  const provider = user.entry("auth-provider");
  if (exec !== undefined && provider !== undefined) {
    throw user.unusable("it has exec and an auth-provider: take one out");
  }
  const hasCertificate = ["client-certificate", "client-certificate-data"]
    .some((name) => user.text(name) !== undefined);
  if (exec !== undefined && !hasCertificate) {
    return { type: "exec", plugin: exec };
  }
  return provider === undefined
    ? { type: "none" }
    : { type: "auth provider", provider: providerOf(provider) };
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

function execOf(user: Entry, cluster: Entry): ExecPlugin | undefined {
  const exec = user.entry("exec");
  if (exec === undefined) return undefined;
  const command = exec.text("command");
  if (command === undefined) throw exec.unusable("it has no command");
  const apiVersion = exec.text("apiVersion") ?? "";
  if (!EXEC_VERSIONS.includes(apiVersion)) {
    throw exec.unusable(
      `apiVersion is none of ${EXEC_VERSIONS.join(" and ")}`,
    );
  }
  checkInteractiveMode(exec);
  return {
    command,
    args: exec.texts("args"),
    env: Object.fromEntries(exec.entries("env").map(variableOf)),
    apiVersion,
    installHint: exec.text("installHint"),
    provideClusterInfo: exec.flag("provideClusterInfo"),
    clusterConfig: cluster.entries("extensions")
      .find((extension) => extension.text("name") === EXEC_EXTENSION)
      ?.value("extension"),
  };
}

function checkInteractiveMode(exec: Entry): void {
  switch (exec.text("interactiveMode")) {
    case undefined:
    case "Never":
    case "IfAvailable":
      return;
    case "Always":
      throw exec.unusable(
        "interactiveMode is Always, but the plugin can ask nobody here: log in beforehand, and make it IfAvailable",
      );
    default:
      throw exec.unusable(
        "interactiveMode is none of Never, IfAvailable and Always",
      );
  }
}

function variableOf(entry: Entry): [name: string, value: string] {
  const name = entry.text("name");
  if (name === undefined) throw entry.unusable("it has no name");
  return [name, entry.text("value") ?? ""];
}

function providerOf(entry: Entry): AuthProvider {
  const name = entry.text("name");
  if (name === undefined) throw entry.unusable("it has no name");
  const config = entry.value("config") ?? {};
  if (!isRecord(config)) throw entry.unusable("config is no object");
  return { name, config: { ...config }, authenticate: undefined };
}

function impersonationOf(user: Entry): Impersonation | undefined {
  const name = user.text("as");
  const uid = user.text("as-uid");
  const groups = user.texts("as-groups");
  const extras = user.entry("as-user-extra");
  const extra = Object.fromEntries(
    (extras?.names() ?? []).map((key) => [key, extras?.texts(key) ?? []]),
  );
  if (name !== undefined) return { user: name, uid, groups, extra };
  if (uid === undefined && groups.length === 0 && extras === undefined) {
    return undefined;
  }
  throw user.unusable(
    "it has as-uid, as-groups or as-user-extra, but says nobody in as",
  );
}

/** client-go sends no credential over http, and says nothing about it. */
function checkEncryption(
  server: string,
  { type }: CredentialChoice,
  user: Entry,
): void {
  const { protocol, hostname } = new URL(server);
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  if (protocol === "https:" || type === "none" || isLoopback) return;
  throw user.unusable(
    `its credential would go to ${hostname} unencrypted: give an https:// server`,
  );
}
