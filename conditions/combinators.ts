/**
 * Functions that create, combine and adapt conditions on the state of one
 * object.
 *
 * @module
 */

import type { Condition } from "./condition.ts";
import { explanation, isMet } from "./_safe_evaluation.ts";
import { syncResult } from "../internal/sync_result.ts";
import { statusError } from "../api/status_error.ts";
import type { KubernetesObject } from "../api/types.ts";
import type { ConditionFunc } from "../api/condition_func.ts";
import type { PreconditionFunc } from "../cache/precondition_func.ts";

/**
 * Creates a condition from a function.
 *
 * @typeParam T Type of the object.
 * @param predicate Returns whether an object meets the condition. It is called
 *   with `undefined` if the object does not exist. It may throw to say that the
 *   condition can no longer be met.
 * @param explain Says why an object does not meet the condition. What it throws
 *   becomes the explanation.
 * @returns The condition.
 *
 * @example Wait for a label
 * ```ts
 * import { matches } from "@watchtools/kube";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const isProduction = matches(
 *   (object) => object?.metadata?.labels?.tier === "production",
 *   (object) => `tier is ${object?.metadata?.labels?.tier ?? "not set"}`,
 * );
 * assert(isProduction({ metadata: { labels: { tier: "production" } } }));
 * assertEquals(isProduction.explain({ metadata: {} }), "tier is not set");
 * ```
 */
export function matches<T extends KubernetesObject = KubernetesObject>(
  predicate: (object: T | undefined) => boolean,
  explain: (object: T | undefined) => string = (object) =>
    explainPredicate(predicate, object),
): Condition<T> {
  // A new function each time, so that the caller's function is not modified.
  const condition = (object: T | undefined) => syncResult(predicate(object));
  return Object.assign(condition, {
    explain: (object: T | undefined) => explanation(() => explain(object)),
  });
}

function explainPredicate<T extends KubernetesObject>(
  predicate: (object: T | undefined) => boolean,
  object: T | undefined,
): string {
  if (syncResult(predicate(object))) return "met";
  return object === undefined ? "not there" : "not met";
}

/**
 * Combines conditions into one that is met when all of them are met by the same
 * object.
 *
 * @typeParam T Type of the object.
 * @param conditions The conditions. Without any, the result is always met.
 * @returns The condition. It throws what any of them throws, even if another is
 *   not met, since it can then no longer be met. It explains the ones that are
 *   not met.
 *
 * @example Ready, and at a certain version
 * ```ts
 * import { all, isConditionTrue, matches } from "@watchtools/kube";
 * import { assertEquals } from "@std/assert";
 *
 * const condition = all(
 *   isConditionTrue("Ready"),
 *   matches(
 *     (pod) => pod?.metadata?.labels?.version === "2",
 *     () => "not of version 2",
 *   ),
 * );
 * assertEquals(
 *   condition.explain({ metadata: {} }),
 *   "no condition Ready; not of version 2",
 * );
 * ```
 */
export function all<T extends KubernetesObject = KubernetesObject>(
  ...conditions: readonly Condition<T>[]
): Condition<T> {
  return matches(
    // Not `every`: an error must surface even if an earlier condition is not
    // met.
    (object) => conditions.filter((condition) => !condition(object)).length < 1,
    (object) => {
      const unmet = conditions.filter((condition) => !isMet(condition, object));
      return (unmet.length === 0 ? conditions : unmet)
        .map((condition) => condition.explain(object)).join("; ");
    },
  );
}

/**
 * Combines conditions into one that is met when at least one of them is met.
 *
 * @typeParam T Type of the object.
 * @param conditions The conditions. Without any, the result is never met.
 * @returns The condition. It throws only if all of them throw, and then what
 *   the first one throws: otherwise one of them can still be met.
 *
 * @example A job that has finished, successfully or not
 * ```ts
 * import { any, isConditionTrue } from "@watchtools/kube";
 * import { assert } from "@std/assert";
 *
 * const isFinished = any(
 *   isConditionTrue("Complete"),
 *   isConditionTrue("Failed"),
 * );
 * const job = {
 *   metadata: { name: "import" },
 *   status: { conditions: [{ type: "Failed", status: "True" }] },
 * };
 * assert(isFinished(job));
 * ```
 */
export function any<T extends KubernetesObject = KubernetesObject>(
  ...conditions: readonly Condition<T>[]
): Condition<T> {
  return matches(
    (object) => {
      const errors: unknown[] = [];
      for (const condition of conditions) {
        try {
          if (condition(object)) return true;
        } catch (error) {
          errors.push(error);
        }
      }
      if (errors.length > 0 && errors.length === conditions.length) {
        throw errors[0];
      }
      return false;
    },
    (object) => {
      const met = conditions.filter((condition) => isMet(condition, object));
      return (met.length === 0 ? conditions : met)
        .map((condition) => condition.explain(object)).join(", or ");
    },
  );
}

/**
 * Negates a condition.
 *
 * @typeParam T Type of the object.
 * @param condition The condition to negate.
 * @returns A condition that is met when `condition` is not met, and that throws
 *   what `condition` throws.
 *
 * @example Wait until a node is no longer under disk pressure
 * ```ts
 * import { isConditionTrue, not } from "@watchtools/kube";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const isRelieved = not(isConditionTrue("DiskPressure"));
 * const node = {
 *   metadata: { name: "node-1" },
 *   status: { conditions: [{ type: "DiskPressure", status: "True" }] },
 * };
 * assert(!isRelieved(node));
 * assertEquals(isRelieved.explain(node), "still DiskPressure=True");
 * ```
 */
export function not<T extends KubernetesObject = KubernetesObject>(
  condition: Condition<T>,
): Condition<T> {
  return matches(
    (object) => !condition(object),
    (object) => {
      const how = condition.explain(object);
      return isMet(condition, object) ? `still ${how}` : how;
    },
  );
}

/**
 * Turns a condition on an object's state into a condition on the events of a
 * watch, for `until`, `listWatchUntil` and the other `until` functions. It
 * evaluates the object of each event on its own, even if the events are about
 * different objects; a bookmark never meets it.
 *
 * @typeParam T Type of the object.
 * @param condition The condition on the object's state.
 * @returns The condition on events. A DELETED event is evaluated as
 *   `undefined`; an ERROR event throws its `StatusError`.
 *
 * @example Wait for a deletion with a list and a watch
 * ```ts
 * import { isDeleted, listWatchUntil, onEvent } from "@watchtools/kube";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const pods = new FakeListerWatcher();
 * pods.add({ metadata: { name: "web" } });
 *
 * const gone = listWatchUntil(pods, onEvent(isDeleted()));
 * pods.delete("web");
 * assertEquals((await gone).type, "DELETED");
 * ```
 */
export function onEvent<T extends KubernetesObject = KubernetesObject>(
  condition: Condition<T>,
): ConditionFunc<T> {
  return (event) => {
    switch (event.type) {
      case "ERROR":
        throw statusError(event.object);
      case "BOOKMARK":
        return false;
      case "DELETED":
        return condition(undefined);
      default:
        return condition(event.object);
    }
  };
}

/**
 * Turns a condition on an object's state into a precondition for
 * `untilWithSync`: whether the object in the cache already meets it.
 *
 * @typeParam T Type of the object.
 * @param condition The condition on the object's state.
 * @param key The key of the object in the cache: `"namespace/name"`, or
 *   `"name"` for a cluster-scoped object.
 * @returns The precondition.
 *
 * @example Return at once if the object is already deleted
 * ```ts
 * import {
 *   inStore,
 *   isDeleted,
 *   onEvent,
 *   untilWithSync,
 * } from "@watchtools/kube";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const isGone = isDeleted();
 * const event = await untilWithSync(
 *   new FakeListerWatcher(),
 *   inStore(isGone, "default/web"),
 *   onEvent(isGone),
 * );
 * assertEquals(event, undefined);
 * ```
 */
export function inStore<T extends KubernetesObject = KubernetesObject>(
  condition: Condition<T>,
  key: string,
): PreconditionFunc<T> {
  return (store) => condition(store.getByKey(key));
}
