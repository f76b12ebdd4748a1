/**
 * Overrides the entries of a kubeconfig with options, as client-go does with
 * `kubectl`'s flags: an option also removes the fields that would contradict
 * it. The paths of options are relative to the current directory; those of the
 * kubeconfig are resolved to match.
 *
 * @module
 */

import { isRecord, type JsonRecord } from "../internal/json_fields.ts";
import { Entry } from "./_kubeconfig_entry.ts";
import type { LocatedEntry } from "./_kubeconfig_file.ts";
import { isWindows, resolvePath } from "../internal/runtime.ts";
import type { ClusterOptions } from "./cluster_options.ts";

/** Fields with a path that is relative to the directory of the kubeconfig. */
const PATHS = [
  "certificate-authority",
  "client-certificate",
  "client-key",
  "tokenFile",
];

const CA = [
  "certificate-authority",
  "certificate-authority-data",
  "insecure-skip-tls-verify",
];

/** Fields that a token or a user name replaces. */
const CREDENTIALS = [
  "token",
  "tokenFile",
  "username",
  "password",
  "exec",
  "auth-provider",
];

/**
 * Overrides the entry of a cluster with options.
 *
 * @param located The entry.
 * @param options The options.
 * @returns An entry whose paths are relative to the current directory.
 */
export function applyClusterOverrides(
  located: LocatedEntry,
  options: ClusterOptions,
): Entry {
  const { server, tlsServerName, certificateAuthority, proxyUrl } = options;
  const insecure = options.insecureSkipTlsVerify || undefined;
  return applyOverrides(located, {
    "server": server,
    "tls-server-name": tlsServerName,
    "certificate-authority": certificateAuthority,
    "insecure-skip-tls-verify": insecure,
    "proxy-url": proxyUrl,
  }, [
    // The name in the kubeconfig is that of the overridden server.
    ...server === undefined ? [] : ["tls-server-name"],
    ...(insecure ?? certificateAuthority) === undefined ? [] : CA,
  ]);
}

/**
 * Overrides the entry of a user with options.
 *
 * @param located The entry.
 * @param options The options.
 * @returns An entry whose paths are relative to the current directory.
 */
export function applyUserOverrides(
  located: LocatedEntry,
  options: ClusterOptions,
): Entry {
  const { token, tokenFile, username, password } = options;
  const { clientCertificate, clientKey } = options;
  const hasCredential =
    (token ?? tokenFile ?? username ?? password) !== undefined;
  return applyOverrides(located, {
    token,
    tokenFile,
    username,
    password,
    "client-certificate": clientCertificate,
    "client-key": clientKey,
    "as": options.as,
    "as-uid": options.asUid,
    "as-groups": options.asGroups,
    "as-user-extra": options.asUserExtra,
  }, [
    ...hasCredential ? CREDENTIALS : [],
    ...clientCertificate === undefined ? [] : ["client-certificate-data"],
    ...clientKey === undefined ? [] : ["client-key-data"],
  ]);
}

function applyOverrides(
  { entry, directory }: LocatedEntry,
  options: JsonRecord,
  without: readonly string[],
): Entry {
  const fields: Record<string, unknown> = {};
  for (const name of entry.names()) {
    if (without.includes(name)) continue;
    const value = entry.value(name);
    fields[name] = name === "exec"
      ? resolveCommand(value, directory)
      : typeof value === "string" && value !== "" && PATHS.includes(name)
      ? resolvePath(directory, value)
      : value;
  }
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) fields[name] = value;
  }
  return new Entry(entry.where, fields);
}

/** Resolves a command that is a path; a bare name is looked up in `PATH`. */
function resolveCommand(exec: unknown, directory: string): unknown {
  if (!isRecord(exec) || typeof exec.command !== "string") return exec;
  const isPath = isWindows()
    ? /[\\/]/.test(exec.command)
    : exec.command.includes("/");
  return isPath
    ? { ...exec, command: resolvePath(directory, exec.command) }
    : exec;
}
