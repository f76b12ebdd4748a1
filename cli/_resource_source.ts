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
import {
  RestListerWatcher,
  type RestListerWatcherOptions,
} from "../watch/rest_lister_watcher.ts";
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

/** Lists and watches a target. */
export class ResourceSource implements ListerWatcher {
  readonly #resource: ResourceType;
  /** Where the resource may be; the first one that answers is kept. */
  #places: readonly ListerWatcher[];

  /**
   * Makes no request yet.
   *
   * @param target What is looked at.
   * @param access How the server is reached.
   * @throws {TypeError} If the server's address or the token is malformed.
   */
  constructor(target: Target, access: ServerAccess) {
    const { resource, namespace } = target;
    this.#resource = resource;
    const namespaces = resource.namespaced === undefined &&
        namespace !== undefined
      ? [namespace, undefined]
      : [namespace];
    this.#places = namespaces.map((namespace) =>
      new RestListerWatcher({
        ...access,
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
  list(options: ListOptions): Promise<KubernetesList> {
    return this.#ask((place) => place.list(options));
  }

  /**
   * Watches the objects.
   *
   * @param options As for every `Watcher`.
   * @returns The events.
   * @throws {UnknownResourceError} If the server has no such resource.
   */
  watch(
    options: WatchOptions,
  ): Promise<ReadableStream<WatchEvent<KubernetesObject>>> {
    return this.#ask((place) => place.watch(options));
  }

  async #ask<V>(question: (place: ListerWatcher) => Promise<V>): Promise<V> {
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

function selectorsOf({ name, labelSelector }: Target) {
  return name === undefined
    ? { labelSelector }
    : { fieldSelector: `metadata.name=${name}` };
}
