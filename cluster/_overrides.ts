/**
 * Options laid over the entries of a kubeconfig, as client-go lays `kubectl`'s
 * flags over them: what an option says makes void what would contradict it.
 * The paths of an option begin in the current folder; those of the kubeconfig
 * are made to.
 *
 * @module
 */

import { isRecord, type JsonRecord } from "../internal/json_fields.ts";
import { Entry } from "./_kubeconfig_entry.ts";
import type { LocatedEntry } from "./_kubeconfig_file.ts";
import { isWindows, resolvePath } from "../internal/runtime.ts";
import type { ClusterOptions } from "./cluster_options.ts";

/** Fields that name a file, relative to the one they are written in. */
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

/** All that a token or a user name stands in the place of. */
const CREDENTIALS = [
  "token",
  "tokenFile",
  "username",
  "password",
  "exec",
  "auth-provider",
];

/**
 * A cluster's entry with what options say of it.
 *
 * @param located The entry.
 * @param options The options.
 * @returns Both as one entry, whose paths begin in the current folder.
 */
export function withClusterOptions(
  located: LocatedEntry,
  options: ClusterOptions,
): Entry {
  const { server, tlsServerName, certificateAuthority, proxyUrl } = options;
  const insecure = options.insecureSkipTlsVerify || undefined;
  return overlaid(located, {
    "server": server,
    "tls-server-name": tlsServerName,
    "certificate-authority": certificateAuthority,
    "insecure-skip-tls-verify": insecure,
    "proxy-url": proxyUrl,
  }, [
    // The name belongs to the server that the kubeconfig names.
    ...server === undefined ? [] : ["tls-server-name"],
    ...(insecure ?? certificateAuthority) === undefined ? [] : CA,
  ]);
}

/**
 * A user's entry with what options say of it.
 *
 * @param located The entry.
 * @param options The options.
 * @returns Both as one entry, whose paths begin in the current folder.
 */
export function withUserOptions(
  located: LocatedEntry,
  options: ClusterOptions,
): Entry {
  const { token, tokenFile, username, password } = options;
  const { clientCertificate, clientKey } = options;
  const isOther = (token ?? tokenFile ?? username ?? password) !== undefined;
  return overlaid(located, {
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
    ...isOther ? CREDENTIALS : [],
    ...clientCertificate === undefined ? [] : ["client-certificate-data"],
    ...clientKey === undefined ? [] : ["client-key-data"],
  ]);
}

function overlaid(
  { entry, folder }: LocatedEntry,
  options: JsonRecord,
  without: readonly string[],
): Entry {
  const fields: Record<string, unknown> = {};
  for (const name of entry.names()) {
    if (without.includes(name)) continue;
    const value = entry.value(name);
    fields[name] = name === "exec"
      ? withPathOfCommand(value, folder)
      : typeof value === "string" && value !== "" && PATHS.includes(name)
      ? resolvePath(folder, value)
      : value;
  }
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) fields[name] = value;
  }
  return new Entry(entry.where, fields);
}

/** A command that is no path is looked for where commands are. */
function withPathOfCommand(exec: unknown, folder: string): unknown {
  if (!isRecord(exec) || typeof exec.command !== "string") return exec;
  const isPath = isWindows()
    ? /[\\/]/.test(exec.command)
    : exec.command.includes("/");
  return isPath
    ? { ...exec, command: resolvePath(folder, exec.command) }
    : exec;
}
