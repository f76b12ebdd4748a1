/**
 * Conditions on the events of a watch.
 *
 * @module
 */

import type { ChangeEvent, KubernetesObject, WatchEvent } from "./types.ts";

/**
 * Tells whether an event is what was waited for, as client-go's
 * [`watch.ConditionFunc`](https://pkg.go.dev/k8s.io/client-go/tools/watch#ConditionFunc).
 * ERROR and BOOKMARK events come here like any other. What it throws ends the
 * wait with a `ConditionError`.
 *
 * @typeParam T Type of the watched objects.
 */
export type ConditionFunc<T extends KubernetesObject = KubernetesObject> = (
  event: WatchEvent<T>,
) => boolean | Promise<boolean>;

/**
 * A condition that only ever sees changes, as informers deliver them. Any
 * {@linkcode ConditionFunc} is one.
 *
 * @typeParam T Type of the watched objects.
 */
export type ChangeConditionFunc<T extends KubernetesObject = KubernetesObject> =
  (
    event: ChangeEvent<T>,
  ) => boolean | Promise<boolean>;
