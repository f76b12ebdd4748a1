/**
 * What an informer lists and watches for a command that has only just begun.
 *
 * An informer asks for ever, whatever it is answered. That is right once it
 * has worked, since then any refusal may pass: a server that restarts, say,
 * forbids for a moment what it allowed before. What has never worked, however,
 * is more likely a wrong address or a missing permission, which waiting cannot
 * mend. This stands between an informer and the server, sees how far it has
 * come, and so can tell the two apart.
 *
 * @module
 */

import { DEFAULT_PAGE_SIZE } from "../cache/_pages.ts";
import type { InformerOptions } from "../watch/indexer_informer_watcher.ts";
import type {
  KubernetesList,
  KubernetesObject,
  ListerWatcher,
  ListOptions,
  WatchEvent,
  WatchOptions,
} from "../api/types.ts";
import { isPermanentRefusal } from "../api/_permanent_refusal.ts";
import { isTemporaryAnswer } from "./_failures.ts";

/**
 * How the commands use an informer. A LIST tells a refusal from a server that
 * merely knows no WatchList; and a connection that has died silently costs no
 * more than half a minute.
 */
export const INFORMER_OPTIONS = {
  watchList: false,
  pageSize: DEFAULT_PAGE_SIZE,
  watchTimeoutMs: 20_000,
  watchGraceMs: 10_000,
} as const satisfies InformerOptions;

/** A source that knows whether it has ever worked. */
export class Beginning<T extends KubernetesObject = KubernetesObject>
  implements ListerWatcher<T> {
  readonly #source: ListerWatcher<T>;
  readonly #listed = Promise.withResolvers<void>();
  #isListed = false;
  #isWatched = false;

  /**
   * Makes no request yet.
   *
   * @param source Where the objects come from.
   */
  constructor(source: ListerWatcher<T>) {
    this.#source = source;
  }

  /**
   * Says that the first list is complete and that it was not enough: the watch
   * may begin.
   */
  listed(): void {
    this.#isListed = true;
    this.#listed.resolve();
  }

  /**
   * Whether a failure of the informer is to end the command.
   *
   * @param error What the informer tells of.
   * @returns Whether it has never worked, and will not by itself.
   */
  isFinal(error: unknown): boolean {
    return this.#isListed
      ? !this.#isWatched && isPermanentRefusal(error)
      : !isTemporaryAnswer(error);
  }

  /**
   * Lists what there is now. An informer is content with an older version, from
   * a cache of the server's; a user who has just changed something is not.
   *
   * @param options As for every `Lister`.
   * @returns The list.
   */
  list(options: ListOptions): Promise<KubernetesList<T>> {
    const { resourceVersion: _, ...others } = options;
    return this.#source.list(others);
  }

  /**
   * Watches, once the first list has been looked at.
   *
   * @param options As for every `Watcher`.
   * @returns The events.
   */
  async watch(
    options: WatchOptions,
  ): Promise<ReadableStream<WatchEvent<T>>> {
    await this.#listed.promise;
    options.signal?.throwIfAborted();
    const events = await this.#source.watch(options);
    this.#isWatched = true;
    return events;
  }
}

/**
 * Drops what only tells who wrote which field: often half of an object.
 *
 * @param object The object.
 * @returns The same object.
 */
export function withoutManagedFields<T extends KubernetesObject>(
  object: T,
): T {
  delete object.metadata?.managedFields;
  return object;
}
