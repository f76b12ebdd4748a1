/**
 * The objects of a target on a server, to be listed and watched.
 *
 * What the table of resources says of versions holds for most servers, not for
 * all: a 404 leads to the server being asked what it has, once.
 *
 * @module
 */

import { fieldEquals } from "../../api/_field_selector.ts";
import { resourcePath } from "../../api/resource_path.ts";
import type { RestListerWatcherOptions } from "../../rest/rest_lister_watcher.ts";
import { findStatusError } from "../../api/status_predicates.ts";
import type {
  KubernetesList,
  KubernetesObject,
  ListerWatcher,
  ListOptions,
  WatchEvent,
  WatchOptions,
} from "../../api/types.ts";
import type { Target } from "./selection.ts";
import { apiVersionOf, type ResourceType } from "./built_in.ts";
import {
  NO_API_SERVER,
  UnknownResourceError,
} from "./unknown_resource_error.ts";

/** How the server is reached. */
export type ServerAccess = Pick<
  RestListerWatcherOptions,
  "server" | "token" | "headers" | "fetch" | "requestTimeoutMs"
>;

/** Where the objects of a target are. */
export type Place = Pick<
  RestListerWatcherOptions,
  "path" | "labelSelector" | "fieldSelector"
>;

/** Options for {@linkcode ResourceSource}. */
export interface ResourceSourceOptions<T extends KubernetesObject> {
  /** Opens a place on the server. */
  open: (place: Place) => ListerWatcher<T>;
  /** Asks the server for a resource of the table that it answers 404 for. */
  findAgain: (resource: ResourceType) => Promise<ResourceType>;
}

/** Lists and watches a target. */
export class ResourceSource<T extends KubernetesObject = KubernetesObject>
  implements ListerWatcher<T> {
  readonly #target: Target;
  readonly #options: ResourceSourceOptions<T>;
  #place: ListerWatcher<T>;
  #isSure: boolean;

  /**
   * Makes no request yet.
   *
   * @param target What is looked at.
   * @param options How.
   * @throws What opening a place throws.
   */
  constructor(target: Target, options: ResourceSourceOptions<T>) {
    this.#target = target;
    this.#options = options;
    this.#isSure = !target.resource.builtIn;
    this.#place = options.open(placeOf(target));
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

  async #ask<V>(
    question: (place: ListerWatcher<T>) => Promise<V>,
  ): Promise<V> {
    try {
      return await question(this.#place);
    } catch (cause) {
      if (findStatusError(cause)?.code !== 404) throw cause;
      await this.#lookAgain(cause);
      return await question(this.#place);
    }
  }

  async #lookAgain(cause: unknown): Promise<void> {
    const { resource } = this.#target;
    if (this.#isSure) {
      throw new UnknownResourceError(resource.plural, "", { cause });
    }
    try {
      const found = await this.#options.findAgain(resource);
      this.#isSure = true;
      const place = placeOf({ ...this.#target, resource: found });
      this.#place = this.#options.open(place);
    } catch (error) {
      if (error instanceof UnknownResourceError) throw error;
      // Every Kubernetes has it: where it is not, there is none.
      throw new UnknownResourceError(resource.plural, NO_API_SERVER, { cause });
    }
  }
}

function placeOf(target: Target): Place {
  const { resource, namespace } = target;
  const path = resourcePath({
    apiVersion: apiVersionOf(resource),
    plural: resource.plural,
    namespace,
  });
  return { path, ...selectorsOf(target) };
}

function selectorsOf({ name, labelSelector, fieldSelector }: Target) {
  return name === undefined
    ? { labelSelector, fieldSelector }
    : { fieldSelector: fieldEquals("metadata.name", name) };
}
