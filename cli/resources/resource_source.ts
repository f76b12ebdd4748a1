/**
 * Lists and watches the objects of a target.
 *
 * Not every server has the versions in the table of built-in resources: after a
 * 404, the resource is looked up once by API discovery.
 *
 * @module
 */

import { DROP_MANAGED_FIELDS } from "../../api/_managed_fields_option.ts";
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
import { UnwatchableError } from "./unwatchable_error.ts";

/** How to connect to the server. */
export type ServerAccess = Pick<
  RestListerWatcherOptions,
  "server" | "token" | "headers" | "fetch" | "requestTimeoutMs"
>;

/** The path and selectors of the objects of a target. */
export type Place = Pick<
  RestListerWatcherOptions,
  "path" | "labelSelector" | "fieldSelector"
>;

/** Options for {@linkcode ResourceSource}. */
export interface ResourceSourceOptions<T extends KubernetesObject> {
  /** Creates a source for a path and selectors. */
  open: (place: Place) => ListerWatcher<T>;
  /** Looks up a built-in resource that the server returned 404 for. */
  rediscover: (resource: ResourceType) => Promise<ResourceType>;
}

/** Lists and watches the objects of a target. */
export class ResourceSource<T extends KubernetesObject = KubernetesObject>
  implements ListerWatcher<T> {
  readonly #target: Target;
  readonly #options: ResourceSourceOptions<T>;
  #source: ListerWatcher<T>;
  #isDiscovered: boolean;

  /**
   * Creates a source. Sends no request yet.
   *
   * @param target The objects.
   * @param options How to reach them.
   * @throws What `open` throws.
   */
  constructor(target: Target, options: ResourceSourceOptions<T>) {
    this.#target = target;
    this.#options = options;
    this.#isDiscovered = !target.resource.builtIn;
    this.#source = options.open(placeOf(target));
  }

  /** Passes it on to its sources. */
  get [DROP_MANAGED_FIELDS](): true {
    return true;
  }

  /**
   * Lists the objects.
   *
   * @param options The options of the request.
   * @returns The list.
   * @throws {UnknownResourceError} If the server does not have the resource.
   */
  list(options: ListOptions): Promise<KubernetesList<T>> {
    return this.#request((source) => source.list(options));
  }

  /**
   * Watches the objects.
   *
   * @param options The options of the request.
   * @returns The events.
   * @throws {UnknownResourceError} If the server does not have the resource.
   * @throws {UnwatchableError} If the server can only list it.
   */
  async watch(options: WatchOptions): Promise<ReadableStream<WatchEvent<T>>> {
    try {
      return await this.#request((source) => source.watch(options));
    } catch (cause) {
      const status = findStatusError(cause);
      if (status?.code !== 405) throw cause;
      const { resource } = this.#target;
      throw new UnwatchableError(resource, status.message, { cause });
    }
  }

  async #request<V>(
    send: (source: ListerWatcher<T>) => Promise<V>,
  ): Promise<V> {
    try {
      return await send(this.#source);
    } catch (cause) {
      if (findStatusError(cause)?.code !== 404) throw cause;
      await this.#rediscover(cause);
      return await send(this.#source);
    }
  }

  async #rediscover(cause: unknown): Promise<void> {
    const { resource } = this.#target;
    if (this.#isDiscovered) {
      throw new UnknownResourceError(resource.plural, "", { cause });
    }
    try {
      const found = await this.#options.rediscover(resource);
      this.#isDiscovered = true;
      const place = placeOf({ ...this.#target, resource: found });
      this.#source = this.#options.open(place);
    } catch (error) {
      if (error instanceof UnknownResourceError) {
        // That the server refused it is what tells a wait not to try again.
        error.cause ??= cause;
        throw error;
      }
      // Without built-in resources or API discovery, it is not an API server.
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
