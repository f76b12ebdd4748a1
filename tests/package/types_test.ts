// Type tests: the assertions are checked when the file is compiled, and a test
// that fails does not compile. The tests only run to give each claim a name.

import type { V1Deployment, V1Pod, V1Status } from "@kubernetes/client-node";
import type { Deployment } from "npm:kubernetes-types@1.30.0/apps/v1.d.ts";
import type { Pod } from "npm:kubernetes-types@1.30.0/core/v1.d.ts";
import type { Status as WireStatus } from "npm:kubernetes-types@1.30.0/meta/v1.d.ts";
import {
  all,
  any,
  type ChangeConditionFunc,
  type ChangeEvent,
  type Condition,
  type ConditionError,
  type ConditionFunc,
  type contextWithOptionalTimeout,
  inStore,
  isDeleted,
  isDeploymentRolledOut,
  isPodReady,
  type KubernetesList,
  type KubernetesObject,
  type Lister,
  type ListerWatcher,
  type ListOptions,
  listWatchUntil,
  matches,
  not,
  onEvent,
  type RetryWatcherOptions,
  type Status,
  until,
  type UntilError,
  type UntilOptions,
  untilWithoutRetry,
  untilWithSync,
  waitFor,
  type WaitInterruptedError,
  type WatchClosedError,
  type Watcher,
  type WatchEvent,
  type WatchOptions,
  withPods,
} from "../../mod.ts";
import type { Cluster } from "../../client_node/mod.ts";
import { jsonPath } from "../../conditions/mod.ts";
import type { FakeListerWatcher } from "../../testing/mod.ts";

/** Whether two types are identical, not merely mutually assignable. */
type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends
  (<X>() => X extends B ? 1 : 2) ? true : false;

/** Whether type `A` is assignable to type `B`. */
type Fits<A, B> = [A] extends [B] ? true : false;

/** Whether each option of `O` may be omitted or undefined. */
type AllOptional<O> = Same<O, { [K in keyof O]?: O[K] | undefined }>;

/** Compiles only if all claims are true. */
function holds<_Claims extends readonly true[]>(): void {}

/** Compiles only if all claims are false. */
function holdsNot<_Claims extends readonly false[]>(): void {}

/** A user-defined custom resource. */
interface Widget extends KubernetesObject {
  spec: { size: number };
}

// Never called: only the return type matters.
declare const events: ReadableStream<WatchEvent<Widget>>;
declare const widgets: ListerWatcher<Widget>;
declare const condition: ConditionFunc<Widget>;
declare const list: ConditionFunc<Widget>[];
declare const readonlyList: readonly ConditionFunc<Widget>[];
declare const either: ConditionFunc<Widget> | readonly ConditionFunc<Widget>[];

type Met = Promise<WatchEvent<Widget>>;
type Perhaps = Promise<WatchEvent<Widget> | undefined>;

const withoutRetry = {
  one: () => untilWithoutRetry(events, condition),
  inline: () => untilWithoutRetry(events, (e) => e.type === "ADDED", {}),
  list: () => untilWithoutRetry(events, list),
  literal: () => untilWithoutRetry(events, [condition, () => true]),
  readonlyList: () => untilWithoutRetry(events, readonlyList),
  none: () => untilWithoutRetry(events, []),
  either: () => untilWithoutRetry(events, either, { signal: undefined }),
};

const fromVersion = {
  one: () => until("1", widgets, condition),
  inline: () => until("1", widgets, (e) => e.type === "ADDED", {}),
  list: () => until("1", widgets, list),
  literal: () => until("1", widgets, [condition, () => true]),
  readonlyList: () => until("1", widgets, readonlyList),
  none: () => until("1", widgets, []),
  either: () => until("1", widgets, either, { minRestartDelayMs: undefined }),
};

const fromList = {
  one: () => listWatchUntil(widgets, condition),
  inline: () => listWatchUntil(widgets, (e) => e.type === "ADDED", {}),
  list: () => listWatchUntil(widgets, list),
  literal: () => listWatchUntil(widgets, [condition, () => true]),
  readonlyList: () => listWatchUntil(widgets, readonlyList),
  none: () => listWatchUntil(widgets, []),
  either: () => listWatchUntil(widgets, either, { pageSize: undefined }),
};

type Results<F extends Record<string, () => unknown>> = {
  [K in keyof F]: ReturnType<F[K]>;
};

/** The expected result type for each form of conditions. */
interface Expected {
  one: Met;
  inline: Met;
  list: Perhaps;
  literal: Perhaps;
  readonlyList: Perhaps;
  none: Perhaps;
  either: Perhaps;
}

Deno.test("untilWithoutRetry() resolves with an event for one condition, and possibly undefined for several", () => {
  holds<[Same<Results<typeof withoutRetry>, Expected>]>();
});

Deno.test("until() resolves with an event for one condition, and possibly undefined for several", () => {
  holds<[Same<Results<typeof fromVersion>, Expected>]>();
});

Deno.test("listWatchUntil() resolves with an event for one condition, and possibly undefined for several", () => {
  holds<[Same<Results<typeof fromList>, Expected>]>();
});

Deno.test("the until functions default to KubernetesObject", () => {
  const bare = {
    withoutRetry: (events: ReadableStream<WatchEvent>) =>
      untilWithoutRetry(events, () => true),
    until: (watcher: Watcher) => until("1", watcher, () => true),
    list: (lw: ListerWatcher) => listWatchUntil(lw, () => true),
  };
  type Event = Promise<WatchEvent<KubernetesObject>>;
  holds<[
    Same<ReturnType<typeof bare.withoutRetry>, Event>,
    Same<ReturnType<typeof bare.until>, Event>,
    Same<ReturnType<typeof bare.list>, Event>,
  ]>();
});

Deno.test("until() takes a Watcher, and listWatchUntil() a ListerWatcher", () => {
  holds<[
    Fits<Watcher<Widget>, Parameters<typeof until<Widget>>[1]>,
    Fits<ListerWatcher<Widget>, Parameters<typeof listWatchUntil<Widget>>[0]>,
    Fits<Lister<Widget> & Watcher<Widget>, ListerWatcher<Widget>>,
    Fits<FakeListerWatcher<Widget>, ListerWatcher<Widget>>,
  ]>();
  holdsNot<[
    Fits<Watcher<Widget>, Parameters<typeof listWatchUntil<Widget>>[0]>,
  ]>();
});

Deno.test("all options of the until functions may be undefined", () => {
  type ListWatchOptions = NonNullable<Parameters<typeof listWatchUntil>[2]>;
  type RetryOptions = NonNullable<Parameters<typeof until>[3]>;
  holds<[
    AllOptional<UntilOptions>,
    AllOptional<RetryWatcherOptions>,
    AllOptional<ListWatchOptions>,
    AllOptional<ListOptions>,
    AllOptional<WatchOptions>,
    Same<UntilOptions["signal"], AbortSignal | undefined>,
    Fits<UntilOptions & RetryWatcherOptions, RetryOptions>,
    Fits<
      UntilOptions & RetryWatcherOptions & { pageSize?: number },
      ListWatchOptions
    >,
    Same<ListWatchOptions["pageSize"], number | undefined>,
  ]>();
});

Deno.test("ConditionFunc returns a boolean or a promise of one", () => {
  holds<[
    Same<Parameters<ConditionFunc<Widget>>, [event: WatchEvent<Widget>]>,
    Same<ReturnType<ConditionFunc<Widget>>, boolean | Promise<boolean>>,
    Same<Parameters<ChangeConditionFunc<Widget>>, [event: ChangeEvent<Widget>]>,
    Same<ReturnType<ChangeConditionFunc<Widget>>, boolean | Promise<boolean>>,
    Same<ConditionFunc, ConditionFunc<KubernetesObject>>,
    Same<ChangeConditionFunc, ChangeConditionFunc<KubernetesObject>>,
  ]>();
});

Deno.test("ConditionFunc is assignable to ChangeConditionFunc, but not vice versa", () => {
  holds<[Fits<ConditionFunc<Widget>, ChangeConditionFunc<Widget>>]>();
  holdsNot<[Fits<ChangeConditionFunc<Widget>, ConditionFunc<Widget>>]>();
});

Deno.test("WatchEvent narrows its object by its type", () => {
  type ObjectOf<K extends WatchEvent["type"]> = Extract<
    WatchEvent<Widget>,
    { type: K }
  >["object"];
  type Change = Extract<WatchEvent<Widget>, ChangeEvent<Widget>>;
  holds<[
    Same<
      WatchEvent["type"],
      "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR"
    >,
    Same<ChangeEvent["type"], "ADDED" | "MODIFIED" | "DELETED">,
    Same<Change, ChangeEvent<Widget>>,
    Same<ChangeEvent<Widget>["object"], Widget>,
    Same<ObjectOf<"BOOKMARK">, KubernetesObject>,
    Same<ObjectOf<"ERROR">, Status>,
    Fits<WatchEvent<Widget>, WatchEvent>,
  ]>();
});

Deno.test("KubernetesObject accepts the types of @kubernetes/client-node", () => {
  holds<[
    Fits<V1Pod, KubernetesObject>,
    Fits<V1Deployment, KubernetesObject>,
    Fits<V1Status, Status>,
    Fits<WatchEvent<V1Pod>, WatchEvent>,
  ]>();
  const condition: ConditionFunc<V1Pod> = ({ type, object }) =>
    type === "ADDED" && object.status?.phase === "Running";
  holds<[Fits<typeof condition, ChangeConditionFunc<V1Pod>>]>();
});

Deno.test("KubernetesObject accepts the types of kubernetes-types", () => {
  holds<[
    Fits<Pod, KubernetesObject>,
    Fits<Deployment, KubernetesObject>,
    Fits<WireStatus, Status>,
    Fits<WatchEvent<Pod>, WatchEvent>,
  ]>();
  const condition: ConditionFunc<Pod> = ({ type, object }) =>
    type === "ADDED" && object.status?.phase === "Running";
  holds<[Fits<typeof condition, ChangeConditionFunc<Pod>>]>();
});

// Never called: it compiles without casts for the types that scripts use.
async function _script<
  P extends Pod | V1Pod,
  D extends Deployment | V1Deployment,
>(cluster: Cluster): Promise<[P[], D[]]> {
  const pods = await cluster.listerWatcher<P>({
    apiVersion: "v1",
    kind: "Pod",
  });
  const deployments = await cluster.listerWatcher<D>({
    apiVersion: "apps/v1",
    plural: "deployments",
  });
  await untilWithSync(
    pods,
    inStore(isPodReady(), "default/web"),
    onEvent(any(isPodReady(), jsonPath("{.spec.nodeName}"))),
  );
  await listWatchUntil(deployments, [
    onEvent(isDeploymentRolledOut()),
    onEvent(isDeleted()),
  ]);
  return [
    await waitFor(pods, matches((pod) => pod?.status?.phase === "Running")),
    await waitFor(
      deployments,
      all(isDeploymentRolledOut(), not(isDeleted())),
      { onProgress: ({ pending: [first] }) => first?.object.spec?.replicas },
    ),
  ];
}

// With a function that declares its owner's type, and with an inline one.
declare const podsOf: (owner: Deployment) => Pod[];
const scripts = {
  withPods: () => all(withPods(isDeploymentRolledOut(), podsOf)),
  withPodsOf: (deployments: ListerWatcher<V1Deployment>, pods: V1Pod[]) =>
    waitFor(
      deployments,
      withPods(
        isDeploymentRolledOut(),
        (owner) => pods.slice(owner.spec?.replicas),
      ),
    ),
  wire: _script<Pod, Deployment>,
  clientNode: _script<V1Pod, V1Deployment>,
};

Deno.test("conditions and waits accept the types of kubernetes-types and of client-node", () => {
  holds<[
    Same<ReturnType<typeof scripts.withPods>, Condition<Deployment>>,
    Same<ReturnType<typeof scripts.withPodsOf>, Promise<V1Deployment[]>>,
    Same<
      Awaited<ReturnType<typeof scripts.wire>>,
      [Pod[], Deployment[]]
    >,
    Same<
      Awaited<ReturnType<typeof scripts.clientNode>>,
      [V1Pod[], V1Deployment[]]
    >,
  ]>();
});

Deno.test("all members of KubernetesObject may be undefined", () => {
  type Meta = NonNullable<KubernetesObject["metadata"]>;
  holds<[
    AllOptional<KubernetesObject>,
    AllOptional<Meta>,
    AllOptional<Status>,
    AllOptional<NonNullable<Status["details"]>>,
    AllOptional<NonNullable<KubernetesList["metadata"]>>,
    Same<Meta["name"], string | undefined>,
    Same<Meta["namespace"], string | undefined>,
    Same<Meta["uid"], string | undefined>,
    Same<Meta["resourceVersion"], string | undefined>,
    Same<Meta["creationTimestamp"], string | Date | undefined>,
    Same<Meta["deletionTimestamp"], string | Date | undefined>,
    Same<KubernetesList<Widget>["items"], Widget[]>,
  ]>();
});

Deno.test("Status has the members of metav1.Status", () => {
  holds<[
    Same<Status["message"], string | undefined>,
    Same<Status["reason"], string | undefined>,
    Same<Status["status"], string | undefined>,
    Same<Status["code"], number | undefined>,
    Same<
      NonNullable<Status["details"]>["retryAfterSeconds"],
      number | undefined
    >,
  ]>();
});

Deno.test("UntilError and its subclasses carry an event and an error", () => {
  holds<[
    Fits<UntilError, Error>,
    Fits<WatchClosedError, UntilError>,
    Fits<WaitInterruptedError, UntilError>,
    Fits<ConditionError, UntilError>,
    Same<UntilError["lastEvent"], WatchEvent | undefined>,
    Same<UntilError["lastError"], unknown>,
    Same<WaitInterruptedError["timedOut"], boolean>,
  ]>();
});

Deno.test("contextWithOptionalTimeout() returns a signal and functions to end it", () => {
  type Context = ReturnType<typeof contextWithOptionalTimeout>;
  holds<[
    Same<
      Parameters<typeof contextWithOptionalTimeout>,
      [parent: AbortSignal | undefined, timeoutMs: number]
    >,
    Same<Context["signal"], AbortSignal>,
    Same<Context["cancel"], (reason?: unknown) => void>,
    Fits<Context, Disposable>,
  ]>();
});
