/**
 * All kinds that `isReady` does not judge by their status conditions alone.
 *
 * @module
 */

import { BUILT_IN_KINDS } from "./_ready_built_in.ts";
import { DELIVERY_KINDS } from "./_ready_delivery.ts";
import { GATEWAY_KINDS } from "./_ready_gateway.ts";
import { PLATFORM_KINDS } from "./_ready_platform.ts";
import type { ReadyKind } from "./_ready_verdict.ts";

/**
 * How to judge each of these kinds, by `"group/Kind"`. Those of Kubernetes come
 * first: an object that does not say its group is taken for one of them.
 */
export const READY_KINDS: ReadonlyMap<string, ReadyKind> = new Map([
  ...BUILT_IN_KINDS,
  ...GATEWAY_KINDS,
  ...DELIVERY_KINDS,
  ...PLATFORM_KINDS,
]);
