/**
 * Loads client-node only when it is needed. Before it runs a program, Deno
 * resolves all packages that the program may import and their dependencies,
 * unless it cannot determine their names statically. For client-node's forty
 * packages that takes half of the time until the first request of a script.
 *
 * @module
 */

import { isDeno } from "../internal/runtime.ts";

/** The exports of client-node. */
export type ClientNode = typeof import("@kubernetes/client-node");

/** As in `deno.json`, whose import map does not apply to variables. */
export const CLIENT_NODE = "npm:@kubernetes/client-node@^2.0.1";

/**
 * Loads client-node.
 *
 * @returns Its exports.
 * @throws What the runtime throws if it is not installed.
 */
export async function loadClientNode(): Promise<ClientNode> {
  const specifier = isDeno() ? CLIENT_NODE : "@kubernetes/client-node";
  return await import(specifier);
}
