/**
 * What a request does, as Kubernetes' authorization calls it.
 *
 * @module
 */

import type { RequestVerb } from "./faults.ts";
import { flag } from "./_query.ts";

/**
 * Returns the verb of a request.
 *
 * @param method The method.
 * @param isCollection Whether its path names no object.
 * @param query The query of its URL.
 * @returns The verb.
 */
export function verbOf(
  method: string,
  isCollection: boolean,
  query: URLSearchParams,
): RequestVerb {
  switch (method) {
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return isCollection ? "deletecollection" : "delete";
    default:
      return !isCollection ? "get" : flag(query, "watch") ? "watch" : "list";
  }
}
