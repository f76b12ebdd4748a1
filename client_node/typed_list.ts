/**
 * The types of client-node's list functions.
 *
 * @module
 */

import type { ConfigurationOptions } from "@kubernetes/client-node";
import type { KubernetesObject, ListMeta } from "../api/types.ts";

/**
 * Options of a list with client-node's names, to be spread into the parameter
 * of one of its functions. Members are never undefined, as client-node's types
 * do not allow that.
 */
export interface TypedListOptions {
  /** Only objects with these labels. */
  labelSelector?: string;
  /** Only objects with these field values. */
  fieldSelector?: string;
  /** Version to list at; `resourceVersionMatch` says how it is applied. */
  resourceVersion?: string;
  /** How `resourceVersion` is applied: `"Exact"` or `"NotOlderThan"`. */
  resourceVersionMatch?: string;
  /** Maximum number of items in one response. */
  limit?: number;
  /** The token of the previous page, with client-node's name for it. */
  _continue?: string;
  /** The token of the previous page, with Kubernetes' name for it. */
  continue?: string;
  /** Seconds after which the server gives up. */
  timeoutSeconds?: number;
  /** Only the objects of one shard of the hash space. */
  shardSelector?: string;
}

/** The metadata of a list of client-node. */
export interface TypedListMeta extends ListMeta {
  /** Token that requests the next page. */
  _continue?: string | undefined;
}

/**
 * A list as client-node returns it, such as `V1PodList`.
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
 * Calls one of client-node's list functions.
 *
 * @typeParam T Type of the objects.
 */
export type TypedListFunction<T extends KubernetesObject = KubernetesObject> = (
  /** Options to spread into the parameter of client-node's function. */
  options: TypedListOptions,
  /** Pass this on as its last argument, so that the request is aborted. */
  configuration: ConfigurationOptions | undefined,
) => Promise<TypedList<T>>;
