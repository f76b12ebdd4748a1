/**
 * The objects of a target on a server, to be listed and watched.
 *
 * Without API discovery, two things come to light only when the server answers
 * 404: that it has no such resource, and that a custom resource has no
 * namespaces. So a resource whose scope is not known is looked for in both
 * places, once.
 *
 * @module
 */

import { resourcePath } from "../watch/resource_path.ts";
import type { RestListerWatcherOptions } from "../watch/rest_lister_watcher.ts";
import { findStatusError } from "../watch/status_predicates.ts";
import type {
  KubernetesList,
  KubernetesObject,
  ListerWatcher,
  ListOptions,
  WatchEvent,
  WatchOptions,
} from "../watch/types.ts";
import type { Target } from "./_command.ts";
import { apiVersionOf, type ResourceType } from "./_resources.ts";
import { UnknownResourceError } from "./_unknown_resource_error.ts";

/** How the server is reached. */
export type ServerAccess = Pick<
  RestListerWatcherOptions,
  "server" | "token" | "fetch"
>;

/** A place where the objects of a target may be. */
export interface Place {
  /** The path of the resource. */
  readonly path: string;
  /** Which of its objects: by label. */
  readonly labelSelector?: string | undefined;
  /** Which of its objects: by field. */
  readonly fieldSelector?: string | undefined;
}

/** Lists and watches a target. */
export class ResourceSource<T extends KubernetesObject = KubernetesObject>
  implements ListerWatcher<T> {
  readonly #resource: ResourceType;
  /** Where the resource may be; the first one that answers is kept. */
  #places: readonly ListerWatcher<T>[];

  /**
   * Makes no request yet.
   *
   * @param target What is looked at.
   * @param open Opens a place.
   */
  constructor(target: Target, open: (place: Place) => ListerWatcher<T>) {
    const { resource, namespace } = target;
    this.#resource = resource;
    const namespaces = resource.namespaced === undefined &&
        namespace !== undefined
      ? [namespace, undefined]
      : [namespace];
    this.#places = namespaces.map((namespace) =>
      open({
        path: resourcePath({
          apiVersion: apiVersionOf(resource),
          plural: resource.plural,
          namespace,
        }),
        ...selectorsOf(target),
      })
    );
  }

  /**
   * Lists the objects.
   *
   * @param options As for every `Lister`.
   * @returns The list.
   * @throws {UnknownResourceError} If the server has no such resource.
   */
  list(options: ListOptions): Promise<KubernetesList<T>> {
    return this.#ask((place) => place.list(options));
  }

  /**
   * Watches the objects.
   *
   * @param options As for every `Watcher`.
   * @returns The events.
   * @throws {UnknownResourceError} If the server has no such resource.
   */
  watch(options: WatchOptions): Promise<ReadableStream<WatchEvent<T>>> {
    return this.#ask((place) => place.watch(options));
  }

  async #ask<V>(question: (place: ListerWatcher<T>) => Promise<V>): Promise<V> {
    let missing: unknown;
    for (const place of this.#places) {
      try {
        const answer = await question(place);
        this.#places = [place];
        return answer;
      } catch (error) {
        if (findStatusError(error)?.code !== 404) throw error;
        missing ??= error;
      }
    }
    throw new UnknownResourceError(this.#resource, missing);
  }
}

function selectorsOf({ name, labelSelector, fieldSelector }: Target) {
  return name === undefined
    ? { labelSelector, fieldSelector }
    : { fieldSelector: `metadata.name=${name}` };
}
