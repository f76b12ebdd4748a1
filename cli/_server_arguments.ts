/**
 * Parses the connection options.
 *
 * @module
 */

import type { ClusterChoice, ServerChoice } from "./_command_line.ts";
import { parseDurationOption } from "./_go_duration.ts";
import type { ParsedArguments } from "./_options.ts";
import { UsageError } from "./terminal/usage_error.ts";

/** The options that select a cluster or user: not valid with `--embedded`. */
const CLUSTER_OPTIONS = [
  "server",
  "token",
  "token-file",
  "kubeconfig",
  "context",
  "cluster",
  "user",
] as const;

/**
 * Parses the connection options.
 *
 * @param given The parsed arguments.
 * @returns The server to connect to.
 * @throws {UsageError} If options are malformed or mutually exclusive.
 */
export function parseServerOptions(given: ParsedArguments): ServerChoice {
  if (!given.isOn("embedded")) {
    return { type: "cluster", options: clusterOf(given) };
  }
  const other = CLUSTER_OPTIONS.find((name) => given.has(name));
  if (other === undefined) return { type: "embedded" };
  throw new UsageError(
    `--embedded and --${other} are mutually exclusive: omit one of them`,
  );
}

function clusterOf(given: ParsedArguments): ClusterChoice {
  if (given.has("token") && given.has("token-file")) {
    throw new UsageError(
      "--token and --token-file are mutually exclusive: omit one of them",
    );
  }
  const requestTimeout = given.value("request-timeout");
  return {
    kubeconfig: given.value("kubeconfig"),
    context: given.value("context"),
    cluster: given.value("cluster"),
    user: given.value("user"),
    server: given.value("server"),
    tlsServerName: given.value("tls-server-name"),
    insecureSkipTlsVerify: given.has("insecure-skip-tls-verify")
      ? given.isOn("insecure-skip-tls-verify")
      : undefined,
    certificateAuthority: given.value("certificate-authority"),
    clientCertificate: given.value("client-certificate"),
    clientKey: given.value("client-key"),
    token: given.value("token"),
    tokenFile: given.value("token-file"),
    username: given.value("username"),
    password: given.value("password"),
    as: given.value("as"),
    asGroups: given.has("as-group") ? given.values("as-group") : undefined,
    asUid: given.value("as-uid"),
    asUserExtra: extraOf(given.values("as-user-extra")),
    requestTimeoutMs: requestTimeout === undefined
      ? undefined
      : timeoutOf(requestTimeout),
  };
}

/** `KEY=VALUE`; a key may have several values. */
function extraOf(
  texts: readonly string[],
): Record<string, string[]> | undefined {
  if (texts.length === 0) return undefined;
  const extra = new Map<string, string[]>();
  for (const text of texts) {
    const [key = "", ...value] = text.split("=");
    if (key === "" || value.length === 0) {
      throw new UsageError(
        "malformed --as-user-extra: expected KEY=VALUE",
      );
    }
    extra.set(key, [...extra.get(key) ?? [], value.join("=")]);
  }
  return Object.fromEntries(extra);
}

/** As in `kubectl`: in seconds without a unit, and 0 means no limit. */
function timeoutOf(text: string): number {
  const ms = parseDurationOption(
    "request-timeout",
    /^\d+$/.test(text) ? `${text}s` : text,
  );
  if (ms < 0) {
    throw new UsageError(
      `malformed duration --request-timeout=${text}: it must not be negative`,
    );
  }
  return ms === 0 ? Infinity : ms;
}
