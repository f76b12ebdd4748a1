/**
 * Runs the programs that print credentials (`aws`, `gke-gcloud-auth-plugin`,
 * `kubelogin`), by the protocol of `client.authentication.k8s.io`.
 *
 * client-node has this as well, but nothing of it could be kept: it cannot be
 * interrupted, and leaves a program that hangs running; what it throws quotes
 * the program's output, and so the token; the program finds an open standard
 * input to wait on, and no KUBERNETES_EXEC_INFO; what it prints is not
 * checked; and client-node takes a second to load, for what is the most common
 * credential there is.
 *
 * @module
 */

import { encodeBase64 } from "../internal/base64.ts";
import type { ClusterAccess, ExecPlugin } from "./_cluster_access.ts";
import type { ClientCertificate } from "./transport/tls.ts";
import { clip } from "../internal/error_text.ts";
import { isRecord, type JsonRecord } from "../internal/json_fields.ts";
import { isPem } from "../internal/pem.ts";
import { runProgram } from "./_run_program.ts";
import { shownLine } from "../internal/redacted_line.ts";

/** What a program has printed. */
export interface ExecCredential {
  readonly token: string | undefined;
  readonly certificate: ClientCertificate | undefined;
  /** When it is to be run again, in milliseconds since 1970. */
  readonly expiresAtMs: number | undefined;
}

/**
 * How long a program may take: somebody may have to log in meanwhile. It is a
 * little less than a request waits for its token, so that it is the plugin that
 * is spoken of.
 */
const TIMEOUT_MS = 55_000;

/** Variables that hold what a program may repeat when it fails. */
const SECRET_VARIABLE = /auth|credential|key|pass|secret|session|token/i;

/**
 * Runs a plugin.
 *
 * @param plugin The plugin.
 * @param access The cluster that it is for.
 * @param signal Ends it.
 * @returns What it has printed.
 * @throws {Error} If it gives no credential.
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
        `${result.reason}: ${hint || "install it, or name it by its path"}`,
      );
    }
    case "timed out":
      throw fail(`has not ended in ${TIMEOUT_MS} ms, and was ended`);
    case "ended":
      if (result.status === "0") return parse(result.stdout, plugin, fail);
      throw fail(
        `failed (${result.status}): ${
          shownLine(result.stderr, secretsOf(env)) || "it did not say why"
        }`,
      );
  }
}

function secretsOf(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env)
    .filter(([name]) => SECRET_VARIABLE.test(name))
    .map(([, value]) => value);
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

/** Nothing of what was printed is quoted: it is, or was to be, a credential. */
function parse(
  stdout: string,
  { apiVersion }: ExecPlugin,
  fail: (why: string) => Error,
): ExecCredential {
  let printed: unknown;
  try {
    printed = JSON.parse(stdout);
  } catch {
    throw fail(
      stdout.trim() === ""
        ? "has printed nothing"
        : "has printed something that is not JSON",
    );
  }
  if (!isRecord(printed) || printed.kind !== "ExecCredential") {
    throw fail("has printed JSON that is no ExecCredential");
  }
  if (printed.apiVersion !== apiVersion) {
    const version = typeof printed.apiVersion === "string"
      ? clip(JSON.stringify(printed.apiVersion), 60)
      : "none";
    throw fail(
      `speaks another version than the kubeconfig says: apiVersion ${version}, not "${apiVersion}"`,
    );
  }
  if (!isRecord(printed.status)) {
    throw fail("has printed an ExecCredential without a status");
  }
  return parseStatus(printed.status, fail);
}

function parseStatus(
  status: JsonRecord,
  fail: (why: string) => Error,
): ExecCredential {
  const text = (name: string): string | undefined => {
    const value = status[name] ?? undefined;
    if (value === undefined || typeof value === "string") {
      return value || undefined;
    }
    throw fail(`has printed a ${name} that is no text`);
  };
  const token = text("token");
  const cert = text("clientCertificateData");
  const key = text("clientKeyData");
  if ((cert === undefined) !== (key === undefined)) {
    throw fail("has printed a certificate without its key, or a key alone");
  }
  if (token === undefined && cert === undefined) {
    throw fail("has printed neither a token nor a certificate");
  }
  if (token !== undefined && !/^[\x21-\x7e]*$/.test(token.trim())) {
    throw fail("has printed a token that no HTTP header can carry");
  }
  const isUsable = cert === undefined || key === undefined ||
    (isPem(cert, "certificate") && isPem(key, "key"));
  if (!isUsable) throw fail("has printed a certificate or key that is no PEM");
  return {
    token,
    certificate: cert === undefined || key === undefined
      ? undefined
      : { cert, key },
    expiresAtMs: expiryOf(text("expirationTimestamp"), fail),
  };
}

function expiryOf(
  timestamp: string | undefined,
  fail: (why: string) => Error,
): number | undefined {
  if (timestamp === undefined) return undefined;
  const time = Date.parse(timestamp);
  if (!Number.isNaN(time)) return time;
  throw fail("has printed an expirationTimestamp that is no time");
}
