/**
 * Loads openid-client only when an OpenID Connect token has to be renewed, as
 * `_load_client_node.ts` loads client-node, and for the same reason.
 *
 * @module
 */

import { isDeno } from "../internal/runtime.ts";

/** The exports of openid-client. */
export type OpenidClient = typeof import("openid-client");

/** As in `deno.json`, whose import map does not apply to variables. */
export const OPENID_CLIENT = "npm:openid-client@^6.9.0";

/**
 * Loads openid-client.
 *
 * @returns Its exports.
 * @throws What the runtime throws if it is not installed.
 */
export async function loadOpenidClient(): Promise<OpenidClient> {
  const specifier = isDeno() ? OPENID_CLIENT : "openid-client";
  return await import(specifier);
}
