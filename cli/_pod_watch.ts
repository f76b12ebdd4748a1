/**
 * The pods of the workloads that a wait is for: a Deployment's own status never
 * says that an image cannot be pulled. They only explain: where they cannot be
 * watched, that is not reported.
 *
 * One watch a namespace, of the pods of one workload; of all pods there once
 * there are several workloads.
 *
 * @module
 */

import { parseLabelSelector } from "../api/_label_selector.ts";
import { field, listField, textField } from "../internal/json_fields.ts";
import { podTrouble } from "../conditions/_pod_state.ts";
import { IndexerInformerWatcher } from "../watch/indexer_informer_watcher.ts";
import type { KubernetesObject, ListerWatcher } from "../api/types.ts";
import { INFORMER_OPTIONS, withoutManagedFields } from "./_watch_settings.ts";
import type { Target } from "./resources/selection.ts";
import { isPermanentRefusal } from "../api/_permanent_refusal.ts";
import { builtInResource } from "./resources/built_in.ts";

/** What pods are watched with. */
export interface PodWatchOptions {
  /** Gives the objects of a target. */
  source: (target: Target) => ListerWatcher;
  /** Called when there is something else to say. */
  changed: () => void;
}

/** The pods of a namespace. */
interface Watched {
  readonly labelSelector: string | undefined;
  readonly informer: IndexerInformerWatcher;
}

/** Watches the pods of workloads. */
export class PodWatch implements AsyncDisposable {
  readonly #options: PodWatchOptions;
  readonly #namespaces = new Map<string, Watched>();
  readonly #ended: Promise<void>[] = [];
  #isOver = false;

  /**
   * Does not watch yet.
   *
   * @param options What to watch with.
   */
  constructor(options: PodWatchOptions) {
    this.#options = options;
  }

  /**
   * Watches the pods of a workload, from now on.
   *
   * @param workload The Deployment, or another object with a selector.
   */
  add(workload: KubernetesObject): void {
    const { namespace } = workload.metadata ?? {};
    const selector = podSelector(workload);
    if (this.#isOver || namespace === undefined || selector === "") return;
    const watched = this.#namespaces.get(namespace);
    if (watched === undefined) return this.#start(namespace, selector);
    const { labelSelector } = watched;
    if (labelSelector === undefined || labelSelector === selector) return;
    watched.informer.stop();
    this.#start(namespace, undefined);
  }

  /**
   * What is wrong with the first pod of a workload that is in trouble.
   *
   * @param workload The workload, or a pod.
   * @returns `"pod web-7d9f-x2k: ImagePullBackOff"`, without the name for a pod;
   *   undefined where nothing is known to be wrong.
   */
  troubleOf(workload: KubernetesObject): string | undefined {
    // A pod explains itself.
    if (workload.kind === "Pod") return podTrouble(workload);
    const { namespace = "" } = workload.metadata ?? {};
    const watched = this.#namespaces.get(namespace);
    const selector = podSelector(workload);
    if (watched === undefined || selector === "") return undefined;
    const isMeant = parseLabelSelector(selector);
    for (const pod of watched.informer.indexer) {
      if (!isMeant(pod.metadata?.labels ?? {})) continue;
      const trouble = podTrouble(pod);
      if (trouble !== undefined) {
        return `pod ${pod.metadata?.name ?? ""}: ${trouble}`;
      }
    }
    return undefined;
  }

  /** Ends all watches. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    for (const { informer } of this.#namespaces.values()) informer.stop();
    await Promise.all(this.#ended);
  }

  #start(namespace: string, labelSelector: string | undefined): void {
    const resource = builtInResource("pods");
    if (resource === undefined) return;
    const target: Target = {
      resource,
      namespace,
      ...labelSelector === undefined ? {} : { labelSelector },
    };
    const informer = new IndexerInformerWatcher(this.#options.source(target), {
      ...INFORMER_OPTIONS,
      transform: withoutManagedFields,
      // A user who may see a workload may not be allowed to see its pods.
      onWatchError: (error) => {
        if (isPermanentRefusal(error)) informer.stop();
      },
    });
    this.#ended.push(this.#follow(informer));
    this.#namespaces.set(namespace, { labelSelector, informer });
  }

  async #follow(informer: IndexerInformerWatcher): Promise<void> {
    for await (const _ of informer) this.#options.changed();
    await informer.done;
  }
}

/**
 * The selector of a workload's pods.
 *
 * @param workload The workload.
 * @returns The selector; empty where the workload has none.
 */
export function podSelector(workload: KubernetesObject): string {
  const selector = field(workload, "spec", "selector");
  const labels = workload.kind === "ReplicationController"
    ? selector
    : field(selector, "matchLabels");
  return [
    ...Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`),
    ...listField(selector, "matchExpressions").flatMap(requirement),
  ].join(",");
}

function requirement(expression: unknown): string[] {
  const key = textField(expression, "key");
  const operator = textField(expression, "operator");
  if (key === undefined) return [];
  switch (operator) {
    case "Exists":
      return [key];
    case "DoesNotExist":
      return [`!${key}`];
    case "In":
    case "NotIn": {
      const values = listField(expression, "values").join(",");
      return [`${key} ${operator.toLowerCase()} (${values})`];
    }
    default:
      return [];
  }
}
