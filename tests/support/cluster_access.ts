/** Ways to access a cluster, for tests of their use. */

import type {
  ClusterAccess,
  ExecPlugin,
} from "../../cluster/_cluster_access.ts";

/**
 * Returns an access to https://c.example without credentials, with the given
 * overrides.
 */
export function clusterAccess(
  access: Partial<ClusterAccess> = {},
): ClusterAccess {
  return {
    context: "dev",
    namespace: undefined,
    server: "https://c.example",
    tls: { ca: undefined, insecure: false, serverName: undefined },
    authority: undefined,
    proxyUrl: undefined,
    disableCompression: false,
    credential: { type: "none" },
    clientCertificate: undefined,
    impersonation: undefined,
    user: 'user "u"',
    ...access,
  };
}

/** A plugin that runs a script with this Deno. */
export function scriptPlugin(
  script: string,
  plugin: Partial<ExecPlugin> = {},
): ExecPlugin {
  return {
    command: Deno.execPath(),
    args: ["eval", "--no-config", "--no-lock", script],
    env: {},
    apiVersion: "client.authentication.k8s.io/v1",
    installHint: undefined,
    provideClusterInfo: false,
    clusterConfig: undefined,
    ...plugin,
  };
}

/** A script that prints a credential. */
export function printing(
  status: unknown,
  more: Record<string, unknown> = {},
): string {
  const credential = {
    apiVersion: "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    status,
    ...more,
  };
  return `console.log(${JSON.stringify(JSON.stringify(credential))})`;
}
