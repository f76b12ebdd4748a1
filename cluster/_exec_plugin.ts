/**
 * Runs credential plugins (`aws`, `gke-gcloud-auth-plugin`, `kubelogin`) with
 * the protocol of `client.authentication.k8s.io`.
 *
 * client-node's implementation is not used: it cannot be interrupted and leaves
 * a hanging plugin running; its errors quote the output of the plugin and so
 * the token; the plugin gets an open standard input to wait on and no
 * KUBERNETES_EXEC_INFO; its output is not validated; and client-node takes a
 * second to load, for the most common kind of credential.
 *
 * @module
 */

import { loadAll } from "js-yaml";
import { encodeBase64 } from "../internal/base64.ts";
import type { ClusterAccess, ExecPlugin } from "./_cluster_access.ts";
import type { ClientCertificate } from "./transport/tls.ts";
import { clip } from "../internal/error_text.ts";
import { isRecord, type JsonRecord } from "../internal/json_fields.ts";
import { isPem } from "../internal/pem.ts";
import { YAML_OPTIONS } from "../internal/yaml_options.ts";
import { environment } from "../internal/runtime.ts";
import { runProgram } from "./_run_program.ts";
import { LEAST_SECRET, shownLine } from "../internal/redacted_line.ts";

/** The credential that a plugin printed. */
export interface ExecCredential {
  readonly token: string | undefined;
  readonly certificate: ClientCertificate | undefined;
  /** When the credential expires, in milliseconds since 1970. */
  readonly expiresAtMs: number | undefined;
}

/**
 * How long a plugin may take, which may include a login in the browser. It is
 * slightly less than a request waits for its token, so that the error names the
 * plugin.
 */
const TIMEOUT_MS = 55_000;

/** Names of this process's variables whose values a plugin must not repeat. */
const SECRET_VARIABLE = /auth|credential|key|pass|secret|session|token/i;

/** The name of a flag, which may be shown, and its value. */
const FLAG = /^(--?[A-Za-z][\w.-]*)(?:=(.*))?$/s;

/**
 * Runs a credential plugin.
 *
 * @param plugin The plugin.
 * @param access The cluster that the credential is for.
 * @param signal Terminates the plugin.
 * @returns The credential.
 * @throws {Error} If the plugin cannot be run, fails, or prints no credential.
 * @throws The signal's reason if it is aborted.
 */
export async function runExecPlugin(
  plugin: ExecPlugin,
  access: ClusterAccess,
  signal: AbortSignal,
): Promise<ExecCredential> {
  const { command, args, env, installHint } = plugin;
  const result = await runProgram(command, args, {
    env: { ...env, KUBERNETES_EXEC_INFO: execInfo(plugin, access) },
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  const fail = (why: string): Error =>
    new Error(
      `The plugin ${JSON.stringify(command)} for ${access.user} ${why}`,
    );
  switch (result.type) {
    case "not started": {
      const hint = shownLine(installHint?.replace(/\s+/g, " ") ?? "", []);
      throw fail(
        `${result.reason}: ${hint || "install it or specify its path"}`,
      );
    }
    case "timed out":
      throw fail(`did not finish within ${TIMEOUT_MS} ms and was terminated`);
    case "exited":
      if (result.status === "0") return parse(result.stdout, plugin, fail);
      throw fail(
        `failed (${result.status}): ${
          shownLine(result.stderr, secretsOf(plugin)) || "no error message"
        }`,
      );
  }
}

function redacted(version: string, plugin: ExecPlugin): string {
  const isVersion = /^client\.authentication\.k8s\.io\/v\w+$/.test(version);
  return JSON.stringify(
    isVersion ? version : shownLine(version, secretsOf(plugin)),
  );
}

/** A plugin may repeat its arguments and its environment when it fails. */
function secretsOf({ args, env }: ExecPlugin): string[] {
  const inherited = Object.entries(environment())
    .filter(([name]) => SECRET_VARIABLE.test(name))
    .map(([, value]) => value);
  return [
    ...args.flatMap(secretsInArgument),
    ...Object.values(env),
    ...inherited,
  ];
}

/** `--client-secret=…` is redacted up to the name, `-psecret` altogether. */
function secretsInArgument(argument: string): string[] {
  const [, name = "", value] = FLAG.exec(argument) ?? [];
  if (name === "") return [argument];
  if (value !== undefined) {
    return [value.length < LEAST_SECRET ? argument : value];
  }
  return name.startsWith("--") ? [] : [argument];
}

function execInfo(
  { apiVersion, provideClusterInfo, clusterConfig }: ExecPlugin,
  { server, tls, proxyUrl, disableCompression }: ClusterAccess,
): string {
  const cluster = {
    server,
    "tls-server-name": tls.serverName,
    "insecure-skip-tls-verify": tls.insecure || undefined,
    "certificate-authority-data": tls.ca === undefined
      ? undefined
      : encodeBase64(tls.ca),
    "proxy-url": proxyUrl,
    "disable-compression": disableCompression || undefined,
    config: clusterConfig,
  };
  return JSON.stringify({
    kind: "ExecCredential",
    apiVersion,
    spec: {
      interactive: false,
      ...(provideClusterInfo ? { cluster } : {}),
    },
  });
}

/** Error messages do not quote the output, which contains the credential. */
function parse(
  stdout: string,
  plugin: ExecPlugin,
  fail: (why: string) => Error,
): ExecCredential {
  const { apiVersion } = plugin;
  const printed = parseOutput(stdout);
  if (printed === undefined) {
    throw fail(
      stdout.trim() === ""
        ? "printed nothing"
        : "printed output that is not JSON",
    );
  }
  // client-go accepts one without a kind, too.
  const isCredential = isRecord(printed) &&
    (printed.kind ?? "ExecCredential") === "ExecCredential";
  if (!isCredential) throw fail("printed JSON that is not an ExecCredential");
  if (printed.apiVersion !== apiVersion) {
    const version = typeof printed.apiVersion === "string"
      ? `apiVersion ${clip(redacted(printed.apiVersion, plugin), 60)}`
      : "no apiVersion";
    throw fail(
      `printed an ExecCredential with ${version}, but the kubeconfig requires "${apiVersion}"`,
    );
  }
  if (!isRecord(printed.status)) {
    throw fail("printed an ExecCredential without a status");
  }
  return parseStatus(printed.status, fail);
}

/** The value of JSON, or of YAML, which client-go accepts, too. */
function parseOutput(stdout: string): unknown {
  try {
    return JSON.parse(stdout);
  } catch {
    // It may be YAML.
  }
  try {
    const value = loadAll(stdout, YAML_OPTIONS)[0];
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function parseStatus(
  status: JsonRecord,
  fail: (why: string) => Error,
): ExecCredential {
  const stringField = (name: string): string | undefined => {
    const value = status[name] ?? undefined;
    if (value === undefined || typeof value === "string") {
      return value || undefined;
    }
    throw fail(`printed a ${name} that is not a string`);
  };
  const token = stringField("token");
  const cert = stringField("clientCertificateData");
  const key = stringField("clientKeyData");
  if ((cert === undefined) !== (key === undefined)) {
    throw fail("printed a certificate without a key or a key alone");
  }
  if (token === undefined && cert === undefined) {
    throw fail("printed neither a token nor a certificate");
  }
  if (token !== undefined && !/^[\x21-\x7e]*$/.test(token.trim())) {
    throw fail(
      "printed a token with characters that are not allowed in an HTTP header",
    );
  }
  const isUsable = cert === undefined || key === undefined ||
    (isPem(cert, "certificate") && isPem(key, "key"));
  if (!isUsable) throw fail("printed a certificate or key that is not PEM");
  return {
    token,
    certificate: cert === undefined || key === undefined
      ? undefined
      : { cert, key },
    expiresAtMs: parseExpiry(stringField("expirationTimestamp"), fail),
  };
}

function parseExpiry(
  timestamp: string | undefined,
  fail: (why: string) => Error,
): number | undefined {
  if (timestamp === undefined) return undefined;
  const time = Date.parse(timestamp);
  if (!Number.isNaN(time)) return time;
  throw fail("printed an expirationTimestamp that is not a valid time");
}
