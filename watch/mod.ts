/**
 * Watching Kubernetes objects and waiting for conditions on them: client-go's
 * [`tools/watch`](https://pkg.go.dev/k8s.io/client-go/tools/watch) for
 * TypeScript.
 *
 * - {@linkcode RestListerWatcher} sends the requests to a server.
 * - {@linkcode untilWithSync}, {@linkcode listWatchUntil} and
 *   {@linkcode until} wait for conditions on events; {@linkcode waitFor} waits
 *   for conditions on the state of objects.
 * - {@linkcode RetryWatcher} delivers every change after a resource version.
 * - {@linkcode IndexerInformerWatcher} maintains a store and delivers its
 *   changes.
 *
 * @example Follow the changes of a resource
 * ```ts
 * import { RestListerWatcher, RetryWatcher } from "@watchtools/kube/watch";
 * import { FakeApiServer } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new FakeApiServer();
 * const pods = new RestListerWatcher({
 *   server: "https://kubernetes.default.svc",
 *   path: "/api/v1/namespaces/default/pods",
 *   fetch: server.fetch,
 * });
 *
 * const { metadata } = await pods.list({});
 * server.create({
 *   apiVersion: "v1",
 *   kind: "Pod",
 *   metadata: { name: "web", namespace: "default" },
 * });
 * for await (
 *   const event of new RetryWatcher(metadata?.resourceVersion ?? "", pods)
 * ) {
 *   assertEquals(event.type, "ADDED");
 *   break;
 * }
 * ```
 *
 * @module
 */

export type * from "../api/condition_func.ts";
export * from "../conditions/combinators.ts";
export type * from "../conditions/condition.ts";
export * from "./condition_not_met_error.ts";
export { ConfigurationError } from "../api/configuration_error.ts";
export * from "../api/connection_error.ts";
export * from "./context_with_optional_timeout.ts";
export * from "../cache/controller.ts";
export { identityOf } from "../api/identity_of.ts";
export * from "./indexer_informer_watcher.ts";
export * from "../conditions/job_conditions.ts";
export * from "./list_watch_until.ts";
export * from "../api/meta_namespace_key.ts";
export * from "../conditions/metadata_conditions.ts";
export * from "../conditions/pod_conditions.ts";
export * from "../conditions/ready.ts";
export * from "../conditions/resource_conditions.ts";
export type * from "./observer.ts";
export * from "../api/resource_path.ts";
export * from "../api/resource_version.ts";
export * from "../api/response_too_large_error.ts";
export * from "../api/sharding_unsupported_error.ts";
export * from "../rest/rest_lister_watcher.ts";
export * from "./retry_watcher.ts";
export type { RetryWatcherOptions } from "./retry_watcher_options.ts";
export * from "../conditions/rollout_conditions.ts";
export { StatusError } from "../api/status_error.ts";
export {
  isConflict,
  isExpiredOrGone,
  isForbidden,
  isGone,
  isInternalError,
  isNotFound,
  isResourceExpired,
  isTimeout,
  isTooManyRequests,
  isUnauthorized,
} from "../api/status_predicates.ts";
export * from "../conditions/status_conditions.ts";
export type * from "../cache/precondition_func.ts";
export type * from "../cache/store.ts";
export type * from "../api/types.ts";
export * from "./until.ts";
export * from "./until_error.ts";
export * from "./until_with_sync.ts";
export * from "./wait_for.ts";
