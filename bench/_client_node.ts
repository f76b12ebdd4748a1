/**
 * client-node for a server of a benchmark, loaded only where it is measured.
 *
 * @module
 */

import type { KubeConfig } from "@kubernetes/client-node";

/** The package, and how it connects. */
export interface ClientNode {
  readonly clientNode: typeof import("@kubernetes/client-node");
  readonly config: KubeConfig;
}

/**
 * Loads client-node.
 *
 * @param server The URL of the server.
 * @returns The package, and a configuration for the server.
 */
export async function loadClientNode(server: string): Promise<ClientNode> {
  const clientNode = await import("@kubernetes/client-node");
  const config = new clientNode.KubeConfig();
  config.loadFromClusterAndUser(
    { name: "bench", server, skipTLSVerify: true },
    { name: "bench" },
  );
  return { clientNode, config };
}
