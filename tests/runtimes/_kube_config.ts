/**
 * A `KubeConfig` as client-node's class provides it, without client-node.
 *
 * @module
 */

import type { KubeConfigSource } from "@watchtools/kube/cluster";

/** The token in the configuration. */
export const TOKEN = "the-token-of-the-suite";

/**
 * Returns a configuration with that token.
 *
 * @param server The address of the server.
 * @param ca The authority that signed its certificate, as PEM.
 * @returns The configuration.
 */
export function kubeConfigFor(
  server: string,
  ca: string | undefined,
): KubeConfigSource {
  const caData = ca && btoa(ca);
  return {
    getCurrentContext: () => "x",
    getContexts: () => [{ name: "x", cluster: "c", user: "u" }],
    getClusters: () => [{ name: "c", server, caData, skipTLSVerify: false }],
    getUsers: () => [{ name: "u", token: TOKEN }],
    applyToHTTPSOptions: () => Promise.resolve(),
  };
}
