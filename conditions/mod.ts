/**
 * Ready-made conditions on the state of an object, for the most common waits;
 * {@linkcode isReady} is for objects of any kind.
 *
 * A {@linkcode Condition} is a function of an object, or of `undefined` if the
 * object does not exist, that can also explain its result. Call it on an
 * object, pass it to `waitFor`, or turn it into a condition on events with
 * {@linkcode onEvent}. Everything here except {@linkcode jsonPath}, which needs
 * an npm package, is also exported from the package's main entry point.
 *
 * @example A node that is ready and schedulable
 * ```ts
 * import {
 *   all,
 *   isConditionTrue,
 *   jsonPath,
 *   not,
 * } from "@watchtools/kube/conditions";
 * import { assertEquals } from "@std/assert";
 *
 * const isSchedulable = all(
 *   isConditionTrue("Ready"),
 *   not(jsonPath("{.spec.unschedulable}", true)),
 * );
 * const node = {
 *   metadata: { name: "node-1" },
 *   spec: { unschedulable: true },
 *   status: { conditions: [{ type: "Ready", status: "True" }] },
 * };
 * assertEquals(isSchedulable(node), false);
 * assertEquals(
 *   isSchedulable.explain(node),
 *   "still {.spec.unschedulable} is true",
 * );
 * ```
 *
 * @module
 */

export * from "./combinators.ts";
export type * from "./condition.ts";
export * from "./job_conditions.ts";
export * from "./json_path.ts";
export * from "./metadata_conditions.ts";
export * from "./pod_conditions.ts";
export * from "./ready.ts";
export * from "./resource_conditions.ts";
export * from "./rollout_conditions.ts";
export * from "./status_conditions.ts";
