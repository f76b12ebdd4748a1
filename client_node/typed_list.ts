/**
 * The lists of client-node, and what it is asked for them.
 *
 * @module
 */

import type { ConfigurationOptions } from "@kubernetes/client-node";
import type { KubernetesObject, ListMeta } from "../api/types.ts";

/**
 * What to list, in client-node's names, so that it can be spread into the
 * parameter of one of its functions. No member is ever undefined: its types
 * do not allow for that.
 */
export interface TypedListOptions {
  /** Only objects with these labels. */
  labelSelector?: string;
  /** Only objects with these field values. */
  fieldSelector?: string;
  /** Which version the list is to show. */
  resourceVersion?: string;
  /** How `resourceVersion` is meant. */
  resourceVersionMatch?: string;
  /** Most items that one answer may hold. */
  limit?: number;
  /** Where the page before ended, as client-node calls it. */
  _continue?: string;
  /** The same by its own name. */
  continue?: string;
  /** Seconds after which the server gives up. */
  timeoutSeconds?: number;
  /** Only the objects of one shard of the hash space. */
  shardSelector?: string;
}

/** The metadata of a list of client-node's. */
export interface TypedListMeta extends ListMeta {
  /** Token to ask for the next page with. */
  _continue?: string | undefined;
}

/**
 * A list as client-node gives it: `V1PodList` is one.
 *
 * @typeParam T Type of the items.
 */
export interface TypedList<T extends KubernetesObject = KubernetesObject> {
  /** API group and version of the list. */
  apiVersion?: string | undefined;
  /** Kind of the list. */
  kind?: string | undefined;
  /** Version and continuation of the list. */
  metadata?: TypedListMeta | undefined;
  /** The objects. */
  items: T[];
}

/**
 * Lists by one of client-node's functions.
 *
 * @typeParam T Type of the objects.
 */
export type TypedListFunction<T extends KubernetesObject = KubernetesObject> = (
  /** What to list, to be spread into the function's parameter. */
  options: TypedListOptions,
  /** To be passed on as its last argument: it aborts the request. */
  configuration: ConfigurationOptions | undefined,
) => Promise<TypedList<T>>;
