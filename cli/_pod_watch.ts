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
import { podState, podTrouble } from "../conditions/_pod_state.ts";
import type { KubernetesObject } from "../api/types.ts";
import {
  NamespaceInformers,
  type NamespaceInformersOptions,
} from "./_namespace_informers.ts";
import { PodEvents } from "./_pod_events.ts";
import { oneLine, truncate } from "./terminal/text.ts";

/** How many characters of a reason are shown. */
const LONGEST_REASON = 300;

/** What pods are watched with, and how much they explain. */
export interface PodWatchOptions extends NamespaceInformersOptions {
  /**
   * Whether also a pod that is merely not ready yet is reported, and the last
   * warning among the events of a pod.
   */
  thorough: boolean;
}

/** Watches the pods of workloads. */
export class PodWatch implements AsyncDisposable {
  readonly #pods: NamespaceInformers;
  readonly #events: PodEvents | undefined;

  /**
   * Does not watch yet.
   *
   * @param options What to watch with.
   */
  constructor(options: PodWatchOptions) {
    this.#pods = new NamespaceInformers("pods", options);
    this.#events = options.thorough ? new PodEvents(options) : undefined;
  }

  /**
   * Watches the pods of a workload, from now on.
   *
   * @param workload The Deployment, or another object with a selector.
   */
  add(workload: KubernetesObject): void {
    const { namespace } = workload.metadata ?? {};
    const labelSelector = podSelector(workload);
    if (namespace === undefined || labelSelector === "") return;
    this.#pods.watch(namespace, { narrow: { labelSelector }, wide: {} });
  }

  /**
   * What is wrong with the pod that holds a workload back: the first one that is
   * in trouble or, if this is thorough, the first one that is not ready.
   *
   * @param workload The workload, or a pod.
   * @returns `"pod web-7d9f-x2k: ImagePullBackOff"`, without the name for a pod;
   *   undefined where nothing is known to be wrong.
   */
  troubleOf(workload: KubernetesObject): string | undefined {
    // A pod explains itself.
    if (workload.kind === "Pod") {
      return this.#events === undefined
        ? podTrouble(workload)
        : shortened(this.#events.lastWarning(workload));
    }
    const pods = this.#podsOf(workload);
    const pod = pods.find((pod) => podTrouble(pod) !== undefined) ??
      (this.#events && pods.find(isAwaited));
    if (pod === undefined) return undefined;
    const trouble = podTrouble(pod) ?? podState(pod);
    const warning = this.#events?.lastWarning(pod);
    const why = warning === undefined || saysTheSame(trouble, warning)
      ? [trouble]
      : [trouble, warning];
    return `pod ${pod.metadata?.name ?? ""}: ${why.map(shortened).join("; ")}`;
  }

  /** Ends all watches. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([
      this.#pods[Symbol.asyncDispose](),
      this.#events?.[Symbol.asyncDispose](),
    ]);
  }

  #podsOf(workload: KubernetesObject): KubernetesObject[] {
    const { namespace = "" } = workload.metadata ?? {};
    const selector = podSelector(workload);
    if (selector === "") return [];
    const isMeant = parseLabelSelector(selector);
    return [...this.#pods.objects(namespace)]
      .filter((pod) => isMeant(pod.metadata?.labels ?? {}));
  }
}

function shortened(text: string | undefined): string | undefined {
  return text && truncate(oneLine(text), LONGEST_REASON);
}

/** Whether a pod has neither become ready, nor ended, nor is it to be gone. */
function isAwaited(pod: KubernetesObject): boolean {
  const phase = textField(pod, "status", "phase");
  if (phase === "Succeeded" || phase === "Failed") return false;
  if (pod.metadata?.deletionTimestamp !== undefined) return false;
  return !listField(pod, "status", "conditions").some((condition) =>
    textField(condition, "type") === "Ready" &&
    textField(condition, "status") === "True"
  );
}

/** The condition and the event of a pod without a node have the same message. */
function saysTheSame(trouble: string, warning: string): boolean {
  return trouble.endsWith(warning.slice(warning.indexOf(": ") + 1));
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
