/**
 * What a request is about, as far as faults go by it.
 *
 * @module
 */

import { parseTarget } from "./_request_target.ts";
import type { FaultTarget, RequestVerb } from "./faults.ts";

/** A request that a fault may befall. */
export interface FaultRequest {
  /** What the request does. */
  readonly verb: RequestVerb;
  /** The path of the URL. */
  readonly path: string;
  /** The query of the URL. */
  readonly query: URLSearchParams;
  /** The headers. */
  readonly headers: Headers;
}

/** Returns what a request does, as Kubernetes' authorization calls it. */
export function verbOf(
  method: string,
  path: string,
  query: URLSearchParams,
): RequestVerb {
  const isCollection = parseTarget(path)?.name === undefined;
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
      if (!isCollection) return "get";
      return ["1", "true"].includes(query.get("watch") ?? "")
        ? "watch"
        : "list";
  }
}

/** Returns whether a request matches a target. */
export function isAbout(target: FaultTarget, request: FaultRequest): boolean {
  if (target.verb !== undefined && target.verb !== request.verb) return false;
  const { resource, namespace } = target;
  if (resource === undefined && namespace === undefined) return true;
  const about = parseTarget(request.path);
  return (resource === undefined || resource === about?.resource) &&
    (namespace === undefined || namespace === about?.namespace);
}
