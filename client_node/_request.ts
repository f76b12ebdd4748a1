/**
 * The arguments for client-node's typed functions: the query with its names,
 * and a middleware that aborts the request, because they accept no signal.
 *
 * @module
 */

import type { ConfigurationOptions } from "@kubernetes/client-node";
import { loadClientNode } from "../cluster/_load_client_node.ts";
import type { TypedListOptions } from "./typed_list.ts";
import type { ListOptions } from "../api/types.ts";

const STRINGS = [
  "labelSelector",
  "fieldSelector",
  "resourceVersion",
  "resourceVersionMatch",
  "continue",
  "shardSelector",
] as const;

const NUMBERS = ["limit", "timeoutSeconds"] as const;

/**
 * Converts the options of a list to client-node's names.
 *
 * @param options The options.
 * @returns The query. It has no undefined members, as client-node's types do
 *   not allow them.
 */
export function typedListOptions(options: ListOptions): TypedListOptions {
  const query: TypedListOptions = {};
  for (const name of STRINGS) {
    const value = options[name];
    if (value) query[name] = value;
  }
  for (const name of NUMBERS) {
    const value = options[name];
    if (value !== undefined) query[name] = value;
  }
  if (query.continue) query._continue = query.continue;
  return query;
}

/**
 * Creates a configuration that aborts a request of client-node with a signal.
 *
 * @param signal The signal.
 * @returns The last argument for one of client-node's functions.
 */
export async function abortWith(
  signal: AbortSignal,
): Promise<ConfigurationOptions> {
  // A caller that lists with client-node has already loaded it.
  const { Observable } = await loadClientNode();
  return {
    middleware: [{
      pre: (request) => {
        request.setSignal(signal);
        return new Observable(Promise.resolve(request));
      },
      post: (response) => new Observable(Promise.resolve(response)),
    }],
    middlewareMergeStrategy: "append",
  };
}
