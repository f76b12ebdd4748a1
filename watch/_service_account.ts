/**
 * What a pod finds about its cluster: two variables, and three files of its
 * service account.
 *
 * @module
 */

import type { ClusterAccess } from "./_cluster_access.ts";
import {
  environmentVariable,
  readTextFile,
  UnreadableFileError,
} from "./_system.ts";
import { isPem } from "./_pem.ts";
import { KubeconfigError } from "./kubeconfig_error.ts";

/** Where the files are. A test puts its own there. */
export const serviceAccount = {
  /** The folder. */
  folder: "/var/run/secrets/kubernetes.io/serviceaccount",
};

/** Why this is no pod, or how its cluster is reached. */
export type ServiceAccountAccess =
  | { readonly access: ClusterAccess }
  | { readonly missing: string };

/**
 * How a pod reaches its cluster.
 *
 * @returns How, or what is missing for that.
 * @throws {KubeconfigError} If this is a pod, and its files cannot be used.
 */
export function serviceAccountAccess(): ServiceAccountAccess {
  const host = environmentVariable("KUBERNETES_SERVICE_HOST");
  const port = environmentVariable("KUBERNETES_SERVICE_PORT");
  if (host === undefined || port === undefined) {
    return { missing: "KUBERNETES_SERVICE_HOST is not set" };
  }
  const tokenPath = `${serviceAccount.folder}/token`;
  if (read(tokenPath) === undefined) {
    return { missing: `there is no ${tokenPath}` };
  }
  return {
    access: {
      context: undefined,
      namespace: environmentVariable("POD_NAMESPACE") ??
        (read(`${serviceAccount.folder}/namespace`)?.trim() || undefined),
      server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
      tls: { ca: readCa(), insecure: false, serverName: undefined },
      proxyUrl: undefined,
      disableCompression: false,
      credential: { type: "token file", path: tokenPath, fallback: undefined },
      clientCertificate: undefined,
      impersonation: undefined,
      user: "the service account of this pod",
    },
  };
}

function readCa(): string {
  const path = `${serviceAccount.folder}/ca.crt`;
  const ca = read(path);
  if (ca !== undefined && isPem(ca, "certificate")) return ca;
  const why = ca === undefined
    ? "there is no such file"
    : "it is no certificate in PEM";
  throw new KubeconfigError(
    `Cannot use the service account of this pod: ${path}: ${why}`,
  );
}

/** The text of a file; undefined where there is none. */
function read(path: string): string | undefined {
  try {
    return readTextFile(path);
  } catch (error) {
    if (error instanceof UnreadableFileError && error.isMissing) return;
    const why = error instanceof Error ? error.message : String(error);
    throw new KubeconfigError(
      `Cannot use the service account of this pod: ${path}: ${why}`,
    );
  }
}
