/**
 * Conditions on the state of one object, which do not care how it came about.
 *
 * An event says what happened; a condition judges what is. The same one
 * therefore serves on a list, on a cache and on a stream of changes, and holds
 * whatever was missed in between. It can also say how far an object has come,
 * which is what a timeout has to tell.
 *
 * @module
 */

import type { Condition } from "./condition.ts";
import { explanation, isMet } from "./_safe_evaluation.ts";
import { statusError } from "../api/status_error.ts";
import type { KubernetesObject } from "../api/types.ts";
import type { ConditionFunc } from "../api/condition_func.ts";
import type { PreconditionFunc } from "../cache/precondition_func.ts";

/**
 * Makes a condition of a function.
 *
 * @typeParam T Type of the object.
 * @param predicate Whether an object is as it should be. It is called with
 *   `undefined` where there is no object. It may throw, to say that waiting is
 *   of no use.
 * @param explain Says why an object is not as it should be.
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
  // A function of its own each time: the caller's is left as it is.
  const condition = (object: T | undefined) => predicate(object);
  return Object.assign(condition, {
    explain: (object: T | undefined) => explanation(() => explain(object)),
  });
}

function explainPredicate<T extends KubernetesObject>(
  predicate: (object: T | undefined) => boolean,
  object: T | undefined,
): string {
  if (predicate(object)) return "as it should be";
  return object === undefined ? "not there" : "not as it should be";
}

/**
 * A condition that is met when each of several is met on the same object.
 *
 * @typeParam T Type of the object.
 * @param conditions The conditions; with none, it is always met.
 * @returns The condition. It throws what one of them throws, since it cannot be
 *   met then, also where another is not met; it explains those not met.
 *
 * @example Ready, and of a certain version
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
    // Not `every`: one that throws behind one that is not met must be heard.
    (object) => conditions.filter((condition) => !condition(object)).length < 1,
    (object) => {
      const unmet = conditions.filter((condition) => !isMet(condition, object));
      return (unmet.length === 0 ? conditions : unmet)
        .map((condition) => condition.explain(object)).join("; ");
    },
  );
}

/**
 * A condition that is met when at least one of several is.
 *
 * @typeParam T Type of the object.
 * @param conditions The conditions; with none, it is never met.
 * @returns The condition. It throws when each of them has thrown, what the
 *   first did; as long as one of them can still be met it does not.
 *
 * @example Whatever becomes of a job
 * ```ts
 * import { any, isConditionTrue } from "@watchtools/kube";
 * import { assert } from "@std/assert";
 *
 * const isOver = any(isConditionTrue("Complete"), isConditionTrue("Failed"));
 * const job = {
 *   metadata: { name: "import" },
 *   status: { conditions: [{ type: "Failed", status: "True" }] },
 * };
 * assert(isOver(job));
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
 * A condition that is met when another is not.
 *
 * @typeParam T Type of the object.
 * @param condition The other one.
 * @returns The condition. It throws what the other one throws.
 *
 * @example Wait until a node is no more under pressure
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
 * Makes a condition on the events of a watch out of one on an object's state,
 * for `until`, `listWatchUntil` and their kin. It judges the object of each
 * event by itself, whichever that is; a bookmark meets nothing.
 *
 * @typeParam T Type of the object.
 * @param condition The condition on the state.
 * @returns The condition on the events: DELETED means `undefined`, and an ERROR
 *   throws its `StatusError`.
 *
 * @example Wait on a list and a watch
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
 * Makes a precondition for `untilWithSync` out of a condition on an object's
 * state: whether the cache shows it met already.
 *
 * @typeParam T Type of the object.
 * @param condition The condition.
 * @param key The key of the object in the cache: `"namespace/name"`, or
 *   `"name"`.
 * @returns The precondition.
 *
 * @example Nothing to wait for where it is gone already
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
