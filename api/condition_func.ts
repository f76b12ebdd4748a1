/**
 * Conditions on the events of a watch.
 *
 * @module
 */

import type { ChangeEvent, KubernetesObject, WatchEvent } from "./types.ts";

/**
 * Returns true if the condition has been reached, as client-go's
 * [`watch.ConditionFunc`](https://pkg.go.dev/k8s.io/client-go/tools/watch#ConditionFunc).
 * It is called for ERROR and BOOKMARK events like for any other. If it throws,
 * the wait ends with a `ConditionError`.
 *
 * @typeParam T Type of the watched objects.
 */
export type ConditionFunc<T extends KubernetesObject = KubernetesObject> = (
  event: WatchEvent<T>,
) => boolean | Promise<boolean>;

/**
 * A condition that is only called for changes, as informers deliver them. Any
 * {@linkcode ConditionFunc} can be used as one.
 *
 * @typeParam T Type of the watched objects.
 */
export type ChangeConditionFunc<T extends KubernetesObject = KubernetesObject> =
  (
    event: ChangeEvent<T>,
  ) => boolean | Promise<boolean>;
