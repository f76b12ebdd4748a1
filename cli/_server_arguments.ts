/**
 * The server that a command line chooses, out of its options.
 *
 * @module
 */

import type { ClusterChoice, ServerChoice } from "./_command_line.ts";
import { durationOf } from "./_go_duration.ts";
import type { GivenOptions } from "./_options.ts";
import { UsageError } from "./terminal/usage_error.ts";

/** What says where and who, so that it says nothing about our own server. */
const OF_A_CLUSTER = [
  "server",
  "token",
  "token-file",
  "kubeconfig",
  "context",
  "cluster",
  "user",
] as const;

/**
 * Understands which server is meant, and as whom.
 *
 * @param given The options.
 * @returns The server.
 * @throws {UsageError} If two are.
 */
export function serverOf(given: GivenOptions): ServerChoice {
  if (!given.isOn("embedded")) {
    return { type: "cluster", options: clusterOf(given) };
  }
  const other = OF_A_CLUSTER.find((name) => given.has(name));
  if (other === undefined) return { type: "embedded" };
  throw new UsageError(
    `--embedded and --${other} are mutually exclusive: omit one of them`,
  );
}

function clusterOf(given: GivenOptions): ClusterChoice {
  if (given.has("token") && given.has("token-file")) {
    throw new UsageError(
      "--token and --token-file are mutually exclusive: omit one of them",
    );
  }
  const requestTimeout = given.text("request-timeout");
  return {
    kubeconfig: given.text("kubeconfig"),
    context: given.text("context"),
    cluster: given.text("cluster"),
    user: given.text("user"),
    server: given.text("server"),
    tlsServerName: given.text("tls-server-name"),
    insecureSkipTlsVerify: given.has("insecure-skip-tls-verify")
      ? given.isOn("insecure-skip-tls-verify")
      : undefined,
    certificateAuthority: given.text("certificate-authority"),
    clientCertificate: given.text("client-certificate"),
    clientKey: given.text("client-key"),
    token: given.text("token"),
    tokenFile: given.text("token-file"),
    username: given.text("username"),
    password: given.text("password"),
    as: given.text("as"),
    asGroups: given.has("as-group") ? given.texts("as-group") : undefined,
    asUid: given.text("as-uid"),
    asUserExtra: extraOf(given.texts("as-user-extra")),
    requestTimeoutMs: requestTimeout === undefined
      ? undefined
      : timeoutOf(requestTimeout),
  };
}

/** `KEY=VALUE`, several values for a key. */
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

/** Seconds where it has no unit, and none where it is 0, as in `kubectl`. */
function timeoutOf(text: string): number | undefined {
  const ms = durationOf(
    "request-timeout",
    /^\d+$/.test(text) ? `${text}s` : text,
  );
  if (ms < 0) {
    throw new UsageError(
      `malformed duration --request-timeout=${text}: it must not be negative`,
    );
  }
  return ms === 0 ? undefined : ms;
}
