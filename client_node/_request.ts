/**
 * What is passed to client-node's typed functions: the query in its names, and
 * a middleware that aborts the request, for which they have no parameter.
 *
 * @module
 */

import type { ConfigurationOptions } from "@kubernetes/client-node";
import { loadClientNode } from "../cluster/_load_client_node.ts";
import type { TypedListOptions } from "./typed_list.ts";
import type { ListOptions } from "../api/types.ts";

const TEXTS = [
  "labelSelector",
  "fieldSelector",
  "resourceVersion",
  "resourceVersionMatch",
  "continue",
  "shardSelector",
] as const;

const NUMBERS = ["limit", "timeoutSeconds"] as const;

/**
 * The query of a list in the names that client-node has for it.
 *
 * @param options What is to be listed.
 * @returns The query, with no member that is undefined: client-node's own types
 *   do not allow for one.
 */
export function typedListOptions(options: ListOptions): TypedListOptions {
  const query: TypedListOptions = {};
  for (const name of TEXTS) {
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
 * What makes a request of client-node's end when a signal is aborted.
 *
 * @param signal The signal.
 * @returns The last argument for a function of client-node's.
 */
export async function abortedBy(
  signal: AbortSignal,
): Promise<ConfigurationOptions> {
  // Nothing is loaded for it: whoever lists with client-node has it already.
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
