/**
 * A resource whose definition is deleted while its objects are waited for. An
 * API server sends a DELETED for each of them, ends the watch, and answers 404
 * from then on. Where that falls into a gap between two watches, no one hears of
 * the deletions: there is no list any more that the objects could be missing
 * from.
 *
 * @module
 */

import { isNotFound } from "../api/status_predicates.ts";
import type {
  KubernetesList,
  KubernetesObject,
  ListerWatcher,
  ListOptions,
  WatchEvent,
  WatchOptions,
} from "../api/types.ts";

/** One 404 may come from a server that has just started. */
const ENOUGH_REFUSALS = 2;

/**
 * Lists and watches like its source. A resource that was there before has no
 * objects any more once two lists in a row are answered 404.
 *
 * @typeParam T Type of the objects.
 */
export class VanishedSource<T extends KubernetesObject = KubernetesObject>
  implements ListerWatcher<T> {
  readonly #source: ListerWatcher<T>;
  #wasThere: boolean;
  /** How many lists in a row were answered 404. */
  #refusals = 0;

  /**
   * Wraps a source. No request is made yet.
   *
   * @param source Where the objects come from.
   * @param wasThere Whether the resource has been there already.
   */
  constructor(source: ListerWatcher<T>, wasThere: boolean) {
    this.#source = source;
    this.#wasThere = wasThere;
  }

  /**
   * Lists the objects.
   *
   * @param options As for every `Lister`.
   * @returns The list; an empty one of a resource that has vanished.
   */
  async list(options: ListOptions): Promise<KubernetesList<T>> {
    try {
      const list = await this.#source.list(options);
      this.#wasThere = true;
      this.#refusals = 0;
      return list;
    } catch (error) {
      this.#refusals = isNotFound(error) ? this.#refusals + 1 : 0;
      const hasVanished = this.#wasThere && this.#refusals >= ENOUGH_REFUSALS;
      if (hasVanished) return { items: [] };
      throw error;
    }
  }

  /**
   * Watches the objects.
   *
   * @param options As for every `Watcher`.
   * @returns The events.
   */
  watch(options: WatchOptions): Promise<ReadableStream<WatchEvent<T>>> {
    return this.#source.watch(options);
  }
}
