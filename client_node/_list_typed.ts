/**
 * Converts the lists of client-node's functions to `KubernetesList`.
 *
 * @module
 */

import { convertError } from "./_errors.ts";
import { isList, setItemTypes } from "../rest/_item_types.ts";
import type { TypedList } from "./typed_list.ts";
import type { KubernetesList, KubernetesObject } from "../api/types.ts";

/**
 * Calls one of client-node's list functions.
 *
 * @typeParam T Type of the objects.
 * @param call Calls the function.
 * @returns The list. Its items have `apiVersion` and `kind`.
 * @throws {StatusError} If the server refuses.
 * @throws {ConnectionError} If there is no response.
 * @throws {TypeError} If the result is not a list.
 */
export async function listTyped<T extends KubernetesObject>(
  call: () => Promise<TypedList<T>>,
): Promise<KubernetesList<T>> {
  let result: unknown;
  try {
    result = await call();
  } catch (error) {
    throw convertError(error);
  }
  if (!isList<T>(result)) {
    throw new TypeError("Cannot use the list: the function returned no items");
  }
  return toKubernetesList(result);
}

function toKubernetesList<T extends KubernetesObject>(
  result: TypedList<T>,
): KubernetesList<T> {
  const { apiVersion, kind, items, metadata = {} } = result;
  const { _continue, ...meta } = metadata;
  const list: KubernetesList<T> = {
    apiVersion,
    kind,
    metadata: { ...meta, continue: _continue ?? meta.continue },
    // Go encodes a nil slice as null.
    items: items ?? [],
  };
  setItemTypes(list);
  return list;
}
