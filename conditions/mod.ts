/**
 * Ready-made conditions on the state of an object: what one waits for, most of
 * the time.
 *
 * A {@linkcode Condition} is a function of an object, or of `undefined` where
 * there is none, that can also say how things stand. Judge with it what you
 * have, hand it to `waitFor`, or make a condition on events of it
 * ({@linkcode onEvent}). All of this but {@linkcode jsonPath}, which needs an
 * npm package, is in the package's main entry point as well.
 *
 * @example Ready, and usable
 * ```ts
 * import {
 *   all,
 *   isConditionTrue,
 *   jsonPath,
 *   not,
 * } from "@watchtools/kube/conditions";
 * import { assertEquals } from "@std/assert";
 *
 * const isUsable = all(
 *   isConditionTrue("Ready"),
 *   not(jsonPath("{.spec.unschedulable}", true)),
 * );
 * const node = {
 *   metadata: { name: "node-1" },
 *   spec: { unschedulable: true },
 *   status: { conditions: [{ type: "Ready", status: "True" }] },
 * };
 * assertEquals(isUsable(node), false);
 * assertEquals(isUsable.explain(node), "still {.spec.unschedulable} is true");
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
export * from "./resource_conditions.ts";
export * from "./rollout_conditions.ts";
export * from "./status_conditions.ts";
