/**
 * Whether an object of any kind is ready.
 *
 * @module
 */

import { field } from "../internal/json_fields.ts";
import { matches } from "./combinators.ts";
import type { Condition } from "./condition.ts";
import { findByKind, groupKindOf } from "./_group_kind.ts";
import { readyVerdict } from "./_ready_sign.ts";
import { quotedName } from "./_status_text.ts";
import type { KubernetesObject } from "../api/types.ts";

/** Options for {@linkcode isReady}. */
export interface IsReadyOptions {
  /**
   * What an object is whose state says nothing about whether it is ready:
   * waited for, or ready as it exists.
   *
   * @default {"wait"}
   */
  noSign?: "wait" | "ready" | undefined;
  /**
   * Conditions for certain kinds, which come before all other rules. The keys
   * are `"group/Kind"`, or `"Kind"` for a kind of the core group. An object
   * without an `apiVersion` is taken at its kind.
   */
  kinds?: Readonly<Record<string, Condition>> | undefined;
}

/** `"group/Kind"`, or `"Kind"`. */
const KEY = /^(?:[a-z0-9][-a-z0-9.]*\/)?[A-Za-z][A-Za-z0-9]*$/;

/**
 * Met when an object, of any kind, is as its owner wants it. It needs a sign of
 * that: an object that exists is not ready for that alone. The first of these
 * rules that applies decides:
 *
 * 1. A condition in `kinds` for the kind of the object.
 * 2. An object that does not exist or is being deleted is not ready.
 * 3. Nor is an object whose status is older than its specification
 *    (`observedGeneration`).
 * 4. `Stalled=True` throws, `Reconciling=True` is not ready.
 * 5. The kinds of Kubernetes and of some widespread projects are each judged by
 *    what is known of them: a Deployment by its rollout, a Job by its
 *    completion, a Service of type `LoadBalancer` by its address; kinds without
 *    a state, such as ConfigMap, are ready.
 * 6. The status condition `Ready`, else `Available`, `Succeeded`,
 *    `Established` or `Programmed`, if neither `Synced=False` nor
 *    `Paused=True`.
 * 7. Without any sign, `noSign` decides.
 *
 * The page `docs/ready.md` lists the kinds, and the differences from other
 * tools.
 *
 * @typeParam T Type of the object.
 * @param options What to do without a sign, and conditions for more kinds.
 * @returns The condition. It throws if the object can no longer become ready
 *   without a change from outside: a failed pod or job, a rollout that has
 *   exceeded its deadline, `Stalled=True`; and what a condition in `kinds`
 *   throws.
 * @throws {TypeError} If an option is not valid.
 *
 * @example Wait for whatever a manifest has created
 * ```ts
 * import { isReady, waitFor } from "@watchtools/kube";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const web = {
 *   apiVersion: "cert-manager.io/v1",
 *   kind: "Certificate",
 *   metadata: { name: "web" },
 *   status: { conditions: [{ type: "Ready", status: "True" }] },
 * };
 * const certificates = new FakeListerWatcher();
 * certificates.add(web);
 * const [ready] = await waitFor(certificates, isReady(), { name: "web" });
 * assertEquals(ready?.metadata?.name, "web");
 * ```
 *
 * @example A kind of your own
 * ```ts
 * import { isReady, matches } from "@watchtools/kube";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const backup = {
 *   apiVersion: "example.com/v1",
 *   kind: "Backup",
 *   metadata: { name: "nightly", annotations: { state: "stored" } },
 * };
 * assertEquals(
 *   isReady().explain(backup),
 *   "nothing in the object says whether it is ready",
 * );
 *
 * const isStored = matches((object) =>
 *   object?.metadata?.annotations?.state === "stored"
 * );
 * assert(isReady({ kinds: { "example.com/Backup": isStored } })(backup));
 * ```
 */
export function isReady<T extends KubernetesObject = KubernetesObject>(
  options: IsReadyOptions = {},
): Condition<T> {
  const { noSign = "wait" } = options;
  if (noSign !== "wait" && noSign !== "ready") {
    throw new TypeError(
      `noSign must be "wait" or "ready": ${JSON.stringify(noSign)}`,
    );
  }
  const kinds = new Map(Object.entries(options.kinds ?? {}));
  checkKinds(kinds);
  return matches(
    (object) => {
      const own = findByKind(kinds, object);
      if (own !== undefined) return own(object);
      const { state, why, error } = readyVerdict(object, { noSign });
      if (state !== "failed") return state === "ready";
      throw error ?? new Error(failureOf(object, why));
    },
    (object) =>
      findByKind(kinds, object)?.explain(object) ??
        readyVerdict(object, { noSign }).why,
  );
}

function checkKinds(kinds: ReadonlyMap<string, unknown>): void {
  for (const [key, condition] of kinds) {
    if (!KEY.test(key)) {
      throw new TypeError(
        `Cannot use the kind ${
          JSON.stringify(key)
        }: expected "group/Kind", without a version, or "Kind" for the core group`,
      );
    }
    if (typeof condition !== "function") {
      throw new TypeError(`The condition of kind ${key} must be a function`);
    }
  }
}

function failureOf(object: unknown, why: string): string {
  const { kind = "object" } = groupKindOf(object);
  const name = field(object, "metadata", "name") === undefined
    ? ""
    : ` ${quotedName(object)}`;
  return `${kind}${name} cannot become ready: ${why}`;
}
