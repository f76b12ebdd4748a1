/**
 * Metrics and spans of watchers, informers and waits, by
 * [OpenTelemetry](https://opentelemetry.io): the option `observer`.
 *
 * Needs `npm:@opentelemetry/api`; without an SDK that is registered with it,
 * nothing is recorded. On Deno, `OTEL_DENO=true` is all that is needed.
 *
 * @example Observe an informer
 * ```ts
 * import { IndexerInformerWatcher } from "@watchtools/kube";
 * import { otelObserver } from "@watchtools/kube/otel";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assert } from "@std/assert";
 *
 * const pods = new FakeListerWatcher();
 * await using informer = new IndexerInformerWatcher(pods, {
 *   observer: otelObserver({ attributes: { "k8s.resource.name": "pods" } }),
 * });
 * assert(await informer.controller.synced);
 * ```
 *
 * @module
 */

export * from "./otel_observer.ts";
