/**
 * What a pod finds about its cluster: two variables, and three files of its
 * service account. They are made a kubeconfig of one context, so that the same
 * can be asked for besides.
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

/** Where the files are. A test puts its own there. */
export const serviceAccount = {
  /** The folder. */
  folder: "/var/run/secrets/kubernetes.io/serviceaccount",
};

/** How a pod reaches its cluster, or why this is none. */
export type ServiceAccountConfig =
  | { readonly config: Kubeconfig }
  | { readonly missing: string };

const WHERE = "the service account of this pod";
const NAME = "in-cluster";

/**
 * How a pod reaches its cluster.
 *
 * @returns A kubeconfig that says so, or what is missing for that.
 * @throws {KubeconfigError} If this is a pod, and its files cannot be read.
 */
export function serviceAccountConfig(): ServiceAccountConfig {
  const host = environmentVariable("KUBERNETES_SERVICE_HOST");
  const port = environmentVariable("KUBERNETES_SERVICE_PORT");
  if (host === undefined || port === undefined) {
    return { missing: "KUBERNETES_SERVICE_HOST is not set" };
  }
  const { folder } = serviceAccount;
  const tokenFile = `${folder}/token`;
  if (read(tokenFile) === undefined) {
    return { missing: `there is no ${tokenFile}` };
  }
  return {
    config: {
      where: WHERE,
      currentContext: NAME,
      contexts: named({
        cluster: NAME,
        user: NAME,
        namespace: environmentVariable("POD_NAMESPACE") ??
          read(`${folder}/namespace`)?.trim(),
      }),
      clusters: named({
        "server": `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
        "certificate-authority": `${folder}/ca.crt`,
      }),
      users: named({ tokenFile }),
    },
  };
}

function named(fields: object): ReadonlyMap<string, LocatedEntry> {
  return new Map([[NAME, { entry: new Entry(WHERE, fields), folder: "." }]]);
}

/** The text of a file; undefined where there is none. */
function read(path: string): string | undefined {
  try {
    return readTextFile(path);
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    if (error.isMissing) return undefined;
    throw new KubeconfigError(`Cannot use ${WHERE}: ${path}: ${error.message}`);
  }
}
