/**
 * The wait that most scripts want: until objects meet a condition, by their
 * state, no matter what happens in between.
 *
 * It is `untilWithSync` with a tally: the informer keeps the cache, the tally
 * judges what is in it.
 *
 * @module
 */

import type { WatchObserver } from "./observer.ts";
import { checkSource } from "../api/_check_source.ts";
import { checkCondition } from "../conditions/_check_condition.ts";
import { explanation } from "../conditions/_safe_evaluation.ts";
import { checkDurations } from "../internal/durations.ts";
import { clip } from "../internal/error_text.ts";
import { callSafely, failureWarner } from "../internal/console.ts";
import { isSelected, selectFrom } from "./_wait_selection.ts";
import { runWaitSession, type WaitJudge } from "./_wait_session.ts";
import { WaitTally } from "./_wait_tally.ts";
import type { Condition } from "../conditions/condition.ts";
import {
  ConditionNotMetError,
  type WaitProgress,
} from "./condition_not_met_error.ts";
import { askWithoutManagedFields } from "../api/_managed_fields_option.ts";
import { metaNamespaceKey } from "../api/meta_namespace_key.ts";
import { findStatusError } from "../api/status_predicates.ts";
import type {
  ChangeEvent,
  KubernetesObject,
  ListerWatcher,
} from "../api/types.ts";
import type { Store } from "../cache/store.ts";
import { UntilError, WaitInterruptedError } from "./until_error.ts";

/**
 * Options for {@linkcode waitFor}.
 *
 * @typeParam T Type of the objects.
 */
export interface WaitForOptions<T extends KubernetesObject = KubernetesObject> {
  /** Ends the wait. */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds after which the wait ends. 0 and `Infinity`: never.
   *
   * @default {0}
   */
  timeoutMs?: number | undefined;
  /** Only the object of this name. */
  name?: string | undefined;
  /** Only objects in this namespace. */
  namespace?: string | undefined;
  /**
   * How many objects must meet the condition at the same time; `"all"`: each
   * that is there, and at least one.
   *
   * @default {1}
   */
  count?: number | "all" | undefined;
  /**
   * Called with how far the wait is, once all is listed, whenever that changes,
   * and at each failure that is followed by another try. What it throws is
   * written to the console.
   */
  onProgress?: ((progress: WaitProgress<T>) => void) | undefined;
  /** Sees what happens, for metrics and traces. */
  observer?: WatchObserver | undefined;
}

/**
 * Together no more than a minute: for so long at most a connection that has
 * died silently is taken for a quiet one.
 */
const WATCH_TIMES = { watchTimeoutMs: 45_000, watchGraceMs: 15_000 } as const;

const MOST_EXPLAINED = 5;
const LONGEST_EXPLANATION = 300;

/**
 * Waits until objects meet a condition.
 *
 * - It goes by what is there, not by what happens: met means met now, by as
 *   many objects as {@linkcode WaitForOptions.count} says at the same time. An
 *   object that met the condition only for a moment in between is not noticed.
 * - The first list shows what is there when the wait begins, or later. Nothing
 *   older is ever judged.
 * - Lost connections and expired versions are survived. A first list, or a
 *   first watch, that is refused (400, 401, 403, 404, 405, 422, a redirect) ends
 *   it at once, and so does a first list without a token to send; any later
 *   failure is tried again. A connection that has died silently costs a minute
 *   at most.
 * - A condition throws for an object that can no longer meet it. With `count:
 *   "all"` that ends the wait. With a number, the object is not met, with what was
 *   thrown as the reason, and the wait ends once the condition has thrown for each
 *   object that is there.
 * - A `RestListerWatcher` is asked for objects without
 *   `metadata.managedFields`, which neither the condition nor the result has.
 * - A condition that is met by `undefined` is about being gone. It is waited for
 *   on the objects of the first list, each by its uid: one that comes later is
 *   not counted, and one that comes back under its name is another one. One that
 *   leaves what the source selects counts as gone, and so do all objects of a
 *   resource that no longer exists, once two lists in a row were answered 404.
 *   Without an object to begin with, there is nothing to wait for.
 *
 * For conditions on events, or with other options for the informer, there is
 * `untilWithSync`.
 *
 * @typeParam T Type of the objects.
 * @param listerWatcher Lists and watches the objects. `name` and `namespace`
 *   are asked for by field selector, beside the one that a `RestListerWatcher`
 *   has.
 * @param condition What is waited for.
 * @param options Which objects, how many, for how long.
 * @returns The objects that meet the condition. Where it is about being gone,
 *   as they were seen last; empty where there was none to begin with.
 * @throws {ConditionNotMetError} If the time is over, or the signal is aborted:
 *   it is a `WaitInterruptedError`.
 * @throws {ConditionError} If the condition throws for each object that is there;
 *   with `count: "all"`, for one of them.
 * @throws {StatusError} If the first list, or the first watch, is refused.
 * @throws {Error} If there is no token for the first list.
 * @throws {RangeError} If `timeoutMs` is negative or NaN, or `count` is
 *   not a positive integer.
 * @throws {TypeError} If `name` or `namespace` is empty, if `listerWatcher` cannot
 *   list or watch (a promise of one, for example), or if `condition` is not a
 *   {@linkcode Condition} but a plain function; see `matches`.
 *
 * @example Wait for a rollout
 * ```ts
 * import { isDeploymentRolledOut, waitFor } from "@watchtools/kube";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * interface Deployment {
 *   metadata: { name: string; generation: number };
 *   spec: { replicas: number };
 *   status?: Record<string, number>;
 * }
 * const web: Deployment = {
 *   metadata: { name: "web", generation: 1 },
 *   spec: { replicas: 2 },
 * };
 * const deployments = new FakeListerWatcher<Deployment>({ objects: [web] });
 *
 * const seen: string[] = [];
 * const rolledOut = waitFor(deployments, isDeploymentRolledOut(), {
 *   name: "web",
 *   timeoutMs: 60_000,
 *   onProgress: ({ pending }) => {
 *     for (const { why } of pending) seen.push(why);
 *     const replicas = seen.length;
 *     const status = {
 *       observedGeneration: 1,
 *       replicas,
 *       updatedReplicas: replicas,
 *       availableReplicas: replicas,
 *     };
 *     if (pending.length > 0) deployments.modify({ ...web, status });
 *   },
 * });
 *
 * const [deployment] = await rolledOut;
 * assertEquals(deployment?.status?.availableReplicas, 2);
 * assertEquals(seen, [
 *   "the newest specification has not been observed",
 *   "1 of 2 replicas updated",
 * ]);
 * ```
 */
export async function waitFor<T extends KubernetesObject = KubernetesObject>(
  listerWatcher: ListerWatcher<T>,
  condition: Condition<T>,
  options: WaitForOptions<T> = {},
): Promise<T[]> {
  checkSource(listerWatcher, "list", "watch");
  checkCondition(condition);
  checkOptions(options);
  return await new Wait(condition, options).run(listerWatcher);
}

function checkOptions<T extends KubernetesObject>(
  { timeoutMs, count = 1, name, namespace }: WaitForOptions<T>,
): void {
  checkDurations({ timeoutMs });
  if (count !== "all" && !(Number.isSafeInteger(count) && count > 0)) {
    throw new RangeError(
      `count must be a positive integer or "all", not ${count}`,
    );
  }
  for (const [option, value] of Object.entries({ name, namespace })) {
    if (value === undefined || (value && typeof value === "string")) continue;
    throw new TypeError(`${option} must be a string, and not empty`);
  }
}

/** One wait, while it goes on. */
class Wait<T extends KubernetesObject> implements WaitJudge<T> {
  readonly #condition: Condition<T>;
  readonly #options: WaitForOptions<T>;
  /** What was listed, where the source tells. */
  #where = "";
  /** Undefined until the first list is complete. */
  #tally: WaitTally<T> | undefined;
  #restarts = 0;
  readonly #warn = failureWarner(
    "A wait",
    "set timeoutMs or onProgress",
  );

  constructor(condition: Condition<T>, options: WaitForOptions<T>) {
    this.#condition = condition;
    this.#options = options;
  }

  async run(listerWatcher: ListerWatcher<T>): Promise<T[]> {
    const { signal, timeoutMs } = this.#options;
    const resource: unknown = Reflect.get(listerWatcher, "resource");
    if (resource && typeof resource === "string") {
      this.#where = ` in ${resource}`;
    }
    try {
      const selected = selectFrom(listerWatcher, this.#options);
      await runWaitSession(askWithoutManagedFields(selected), this, {
        ...WATCH_TIMES,
        signal,
        timeoutMs,
        observer: this.#options.observer,
        onRetry: (error) => {
          this.#restarts++;
          this.#report();
          if (this.#isUnlimited()) this.#warn(error);
        },
      });
    } catch (error) {
      throw this.#explained(error);
    }
    return this.#tally?.objects() ?? [];
  }

  listed(store: Store<T>): boolean {
    this.#tally = new WaitTally(store, {
      condition: this.#condition,
      count: this.#options.count ?? 1,
      isSelected: (object) => isSelected(this.#options, object),
    });
    return this.#isEnough(this.#tally, true);
  }

  changed(event: ChangeEvent<T>): boolean {
    const tally = this.#tally;
    return tally !== undefined && this.#isEnough(tally, tally.changed(event));
  }

  #isEnough(tally: WaitTally<T>, hasChanged: boolean): boolean {
    const isEnough = tally.isEnough();
    if (hasChanged) this.#report();
    return isEnough;
  }

  #report(): void {
    const { onProgress } = this.#options;
    if (onProgress === undefined) return;
    callSafely("onProgress", onProgress, this.#progress());
  }

  /** Whether no one would ever hear why there is no first list. */
  #isUnlimited(): boolean {
    const { timeoutMs, signal, onProgress, observer } = this.#options;
    return !(this.#tally ?? (timeoutMs || (signal ?? onProgress ?? observer)));
  }

  #progress(): WaitProgress<T> {
    return {
      met: this.#tally?.met ?? 0,
      total: this.#tally?.total ?? 0,
      pending: this.#tally?.unmet() ?? [],
      restarts: this.#restarts,
    };
  }

  #explained(error: unknown): unknown {
    // Any other error is the failure that it could not begin with.
    if (!(error instanceof UntilError)) return findStatusError(error) ?? error;
    if (!(error instanceof WaitInterruptedError)) return error;
    const { cause, lastEvent, lastError } = error;
    const progress = this.#progress();
    return new ConditionNotMetError(progress, {
      cause,
      lastEvent,
      lastError,
      detail: this.#detail(progress),
    });
  }

  #detail({ met, total, pending }: WaitProgress<T>): string {
    if (this.#tally === undefined) return "nothing has been listed yet";
    if (total === 0) {
      const { name = "no such object" } = this.#options;
      const why = explanation(() => this.#condition.explain(undefined));
      return `${name}${this.#where}: ${why}`;
    }
    const reasons = pending.slice(0, MOST_EXPLAINED).map(({ object, why }) =>
      `${metaNamespaceKey(object)}: ${clip(why, LONGEST_EXPLANATION)}`
    );
    const others = pending.length - reasons.length;
    if (others > 0) reasons.push(`and ${others} more`);
    return [`${met} of ${total} met`, reasons.join("; ")]
      .filter((part) => part !== "").join(": ");
  }
}
