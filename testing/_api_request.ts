/**
 * A request to a fake server, what it is about, and the answers to it.
 *
 * @module
 */

import type { KubernetesObject, Status } from "../api/types.ts";
import type { ObjectAddress } from "./_object_address.ts";
import type { QueryOptions } from "./_query.ts";
import type { Representation } from "./_representation.ts";
import type { RequestTarget } from "./_request_target.ts";
import type { ResourceInfo } from "./_resource_info.ts";
import type { Selection } from "./_selection.ts";

/** The parts of a request that its answer depends on. */
export interface ApiRequest {
  /** The method, in upper case. */
  readonly method: string;
  /** The path of the URL. */
  readonly path: string;
  /** The query of the URL. */
  readonly query: URLSearchParams;
  /** The headers. */
  readonly headers: Headers;
  /** The text of the body; empty if there is none. */
  readonly body: string;
}

/** A watch request. */
export interface WatchRequest {
  /** The resource to watch. */
  readonly info: ResourceInfo;
  /** The objects to watch. */
  readonly selection: Selection;
  /** The options of the request. */
  readonly options: QueryOptions;
  /** The representation of the objects. */
  readonly representation: Representation;
  /** What the rows of a table contain of the object. */
  readonly includeObject: string | null;
}

/** The answer to a request. */
export type Answer =
  | {
    readonly type: "json";
    readonly status: number;
    readonly body: KubernetesObject | Status;
    /** @default {"application/json"} */
    readonly contentType?: string | undefined;
  }
  | { readonly type: "text"; readonly status: number; readonly body: string }
  | { readonly type: "watch"; readonly request: WatchRequest };

/** A request for a resource that exists. */
export interface Routed {
  /** The request. */
  readonly request: ApiRequest;
  /** The resource. */
  readonly info: ResourceInfo;
  /** What the path names. */
  readonly target: RequestTarget;
  /** The representation of the objects in the answer. */
  readonly representation: Representation;
}

/** A request for a single object. */
export interface RoutedObject extends Routed {
  /** The object, which may not exist. */
  readonly address: ObjectAddress;
}

/** 404 for paths outside of any API: plain text, not a Status. */
export function pageNotFound(): Answer {
  return { type: "text", status: 404, body: "404 page not found\n" };
}
