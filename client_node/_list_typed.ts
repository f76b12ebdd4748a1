/**
 * Lists of client-node's, brought to the form that all lists have here.
 *
 * @module
 */

import { fromClientNode } from "./_errors.ts";
import { isList, setItemTypes } from "../rest/_list_body.ts";
import type { TypedList } from "./typed_list.ts";
import type { KubernetesList, KubernetesObject } from "../api/types.ts";

/**
 * Calls one of client-node's list functions.
 *
 * @typeParam T Type of the objects.
 * @param call Calls it.
 * @returns The list. Its items have `apiVersion` and `kind`.
 * @throws {StatusError} If the server refuses.
 * @throws {ConnectionError} If there is no answer.
 * @throws {TypeError} If it gives no list.
 */
export async function listTyped<T extends KubernetesObject>(
  call: () => Promise<TypedList<T>>,
): Promise<KubernetesList<T>> {
  let answer: unknown;
  try {
    answer = await call();
  } catch (error) {
    throw fromClientNode(error);
  }
  if (!isList<T>(answer)) {
    throw new TypeError("Cannot use the list: the function gave no items");
  }
  return fromTypedList(answer);
}

function fromTypedList<T extends KubernetesObject>(
  answer: TypedList<T>,
): KubernetesList<T> {
  const { apiVersion, kind, items, metadata = {} } = answer;
  const { _continue, ...meta } = metadata;
  const list: KubernetesList<T> = {
    apiVersion,
    kind,
    metadata: { ...meta, continue: _continue ?? meta.continue },
    // Go writes a list that was never filled as null.
    items: items ?? [],
  };
  setItemTypes(list);
  return list;
}
