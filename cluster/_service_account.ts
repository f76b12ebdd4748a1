/**
 * The in-cluster configuration of a pod: two environment variables and three
 * files of its service account, as a kubeconfig with one context, to which the
 * same overrides can be applied.
 *
 * @module
 */

import { Entry } from "./_kubeconfig_entry.ts";
import type { Kubeconfig, LocatedEntry } from "./_kubeconfig_file.ts";
import {
  environmentVariable,
  readTextFile,
  UnreadableFileError,
} from "../internal/runtime.ts";
import { KubeconfigError } from "./kubeconfig_error.ts";

/** Where the files are. Tests replace the path. */
export const serviceAccount = {
  /** The directory with `token`, `ca.crt` and `namespace`. */
  directory: "/var/run/secrets/kubernetes.io/serviceaccount",
};

/** The in-cluster configuration, or what is missing outside of a pod. */
export type ServiceAccountConfig =
  | { readonly config: Kubeconfig }
  | { readonly missing: string };

const WHERE = "the service account of this pod";
const NAME = "in-cluster";

/**
 * Reads the in-cluster configuration, as client-go's `rest.InClusterConfig`.
 *
 * @returns A kubeconfig, or what is missing.
 * @throws {KubeconfigError} If a file exists but cannot be read.
 */
export function serviceAccountConfig(): ServiceAccountConfig {
  const host = environmentVariable("KUBERNETES_SERVICE_HOST");
  const port = environmentVariable("KUBERNETES_SERVICE_PORT");
  if (host === undefined || port === undefined) {
    return { missing: "KUBERNETES_SERVICE_HOST is not set" };
  }
  const { directory } = serviceAccount;
  const tokenFile = `${directory}/token`;
  if (read(tokenFile) === undefined) {
    return { missing: `${tokenFile} does not exist` };
  }
  return {
    config: {
      where: WHERE,
      currentContext: NAME,
      contexts: named({
        cluster: NAME,
        user: NAME,
        namespace: environmentVariable("POD_NAMESPACE") ??
          read(`${directory}/namespace`)?.trim(),
      }),
      clusters: named({
        "server": `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
        "certificate-authority": `${directory}/ca.crt`,
      }),
      users: named({ tokenFile }),
    },
  };
}

function named(fields: object): ReadonlyMap<string, LocatedEntry> {
  return new Map([[NAME, { entry: new Entry(WHERE, fields), directory: "." }]]);
}

/** The content of a file; undefined if it does not exist. */
function read(path: string): string | undefined {
  try {
    return readTextFile(path);
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    if (error.isMissing) return undefined;
    throw new KubeconfigError(`Cannot use ${WHERE}: ${path}: ${error.message}`);
  }
}
