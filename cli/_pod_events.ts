/**
 * The warnings among the events of pods. They say what a pod's status does not:
 * that no node has room for it, that a volume cannot be mounted, that a probe
 * fails.
 *
 * One watch a namespace, of the events of one pod; of the warnings of all pods
 * there once there are several pods.
 *
 * @module
 */

import { fieldEquals } from "../api/_field_selector.ts";
import type { KubernetesObject } from "../api/types.ts";
import { reasonOf } from "../conditions/_status_text.ts";
import { textField } from "../internal/json_fields.ts";
import {
  NamespaceInformers,
  type NamespaceInformersOptions,
} from "./_namespace_informers.ts";

/** Of all events, only those that may be of interest. */
const WARNINGS = `${fieldEquals("involvedObject.kind", "Pod")},${
  fieldEquals("type", "Warning")
}`;

/** The fields that say when an event was last seen, the best one first. */
const TIMES: readonly (readonly string[])[] = [
  ["series", "lastObservedTime"],
  ["lastTimestamp"],
  ["eventTime"],
  ["metadata", "creationTimestamp"],
];

/** Watches the events of pods. */
export class PodEvents implements AsyncDisposable {
  readonly #informers: NamespaceInformers;

  /**
   * Does not watch yet.
   *
   * @param options How to reach the server.
   */
  constructor(options: NamespaceInformersOptions) {
    this.#informers = new NamespaceInformers("events", options);
  }

  /**
   * The last warning about a pod. Its events are watched from now on.
   *
   * @param pod The pod.
   * @returns `"FailedScheduling: 0/3 nodes are available"`; undefined where no
   *   warning is known yet.
   */
  lastWarning(pod: KubernetesObject): string | undefined {
    const { namespace = "", uid } = pod.metadata ?? {};
    if (uid === undefined) return undefined;
    this.#informers.watch(namespace, {
      narrow: {
        fieldSelector: `${WARNINGS},${fieldEquals("involvedObject.uid", uid)}`,
      },
      wide: { fieldSelector: WARNINGS },
    });
    let last: KubernetesObject | undefined;
    for (const event of this.#informers.objects(namespace)) {
      const isMeant = textField(event, "type") === "Warning" &&
        textField(event, "involvedObject", "uid") === uid;
      if (!isMeant) continue;
      if (last === undefined || timeOf(event) >= timeOf(last)) last = event;
    }
    return reasonOf(last);
  }

  /** Ends all watches. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#informers[Symbol.asyncDispose]();
  }
}

function timeOf(event: KubernetesObject): number {
  for (const path of TIMES) {
    const time = Date.parse(textField(event, ...path) ?? "");
    if (!Number.isNaN(time)) return time;
  }
  return 0;
}
