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

/** Returns whether a request matches a target. */
export function isAbout(target: FaultTarget, request: FaultRequest): boolean {
  if (target.verb !== undefined && target.verb !== request.verb) return false;
  const { resource, namespace } = target;
  if (resource === undefined && namespace === undefined) return true;
  const about = parseTarget(request.path);
  return (resource === undefined || resource === about?.resource) &&
    (namespace === undefined || namespace === about?.namespace);
}
