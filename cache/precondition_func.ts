/**
 * Preconditions of `untilWithSync`.
 *
 * @module
 */

import type { KubernetesObject } from "../api/types.ts";
import type { Store } from "./store.ts";

/**
 * Tests the synced store; true means that there is nothing left to wait for, as
 * client-go's
 * [`watch.PreconditionFunc`](https://pkg.go.dev/k8s.io/client-go/tools/watch#PreconditionFunc).
 *
 * @typeParam T Type of the objects.
 */
export type PreconditionFunc<T extends KubernetesObject = KubernetesObject> = (
  store: Store<T>,
) => boolean | Promise<boolean>;
