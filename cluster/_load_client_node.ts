/**
 * Loads client-node when it is wanted, and spares everybody else the wait for
 * it. Deno resolves each package that a program may import, and all that those
 * depend on, before it runs any of it, unless it cannot see the name: for
 * client-node's forty packages that is half of the time that a script needs
 * until its first request.
 *
 * @module
 */

import { isDeno } from "../internal/runtime.ts";

/** What there is in client-node. */
export type ClientNode = typeof import("@kubernetes/client-node");

/** As in `deno.json`, whose map nobody applies to a name in a variable. */
export const CLIENT_NODE = "npm:@kubernetes/client-node@^2.0.1";

/**
 * Loads client-node.
 *
 * @returns What there is in it.
 * @throws What the runtime throws where it is not installed.
 */
export async function loadClientNode(): Promise<ClientNode> {
  const specifier = isDeno() ? CLIENT_NODE : "@kubernetes/client-node";
  return await import(specifier);
}
