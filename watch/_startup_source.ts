/**
 * What an informer lists and watches for a wait or a command that has just
 * begun.
 *
 * An informer is content with an older version at first, from a cache of the
 * server's. A caller who has just changed something and waits for the outcome
 * would find the state from before, and take it for the outcome.
 *
 * An informer also retries for ever, whatever the answer. That is right once it
 * has worked, since then any refusal may pass, as that of a server that
 * restarts. What has never worked is more likely a wrong address or a missing
 * permission, which retrying cannot fix.
 *
 * @module
 */

import { isPermanentRefusal } from "../api/_permanent_refusal.ts";
import { MalformedTokenError, TokenError } from "../api/_token_error.ts";
import { findStatusError } from "../api/status_predicates.ts";
import type {
  KubernetesList,
  KubernetesObject,
  ListerWatcher,
  ListOptions,
  WatchEvent,
  WatchOptions,
} from "../api/types.ts";

/** What is expected of a source at the start. */
export interface StartupOptions {
  /** Whether a first list that no API server answers is a permanent error. */
  readonly expectsAnswer?: boolean | undefined;
  /** Whether the server has worked already: then no error is permanent. */
  readonly hasWorked?: boolean | undefined;
}

/**
 * Lists and watches what there is now, and knows whether that has ever worked.
 * The watch begins only once the first list is known not to be enough: mostly,
 * one request is all, and a caller who may only list gets what the list says.
 *
 * @typeParam T Type of the objects.
 */
export class StartupSource<T extends KubernetesObject = KubernetesObject>
  implements ListerWatcher<T> {
  readonly #source: ListerWatcher<T>;
  readonly #expectsAnswer: boolean;
  readonly #mayWatch = Promise.withResolvers<void>();
  #hasListed = false;
  #hasWorked: boolean;

  /**
   * Wraps a source. No request is made yet.
   *
   * @param source Where the objects come from.
   * @param options What is expected of it.
   */
  constructor(
    source: ListerWatcher<T>,
    { expectsAnswer = false, hasWorked = false }: StartupOptions = {},
  ) {
    this.#source = source;
    this.#expectsAnswer = expectsAnswer;
    this.#hasWorked = hasWorked;
  }

  /** Says that the first list is complete and not enough: the watch may begin. */
  letWatch(): void {
    this.#hasListed = true;
    this.#mayWatch.resolve();
  }

  /**
   * Whether a list, or a watch, has never worked and retrying cannot fix that.
   *
   * @param error What the informer reports.
   * @returns Whether to give up.
   */
  isPermanent(error: unknown): boolean {
    if (this.#hasWorked) return false;
    if (isPermanentRefusal(error)) return true;
    if (this.#hasListed) return false;
    return this.#expectsAnswer
      ? findStatusError(error) === undefined
      : error instanceof TokenError || error instanceof MalformedTokenError;
  }

  /**
   * Lists what there is now: without a resource version, no cache may answer
   * with less.
   *
   * @param options As for every `Lister`.
   * @returns The list.
   */
  list(options: ListOptions): Promise<KubernetesList<T>> {
    const { resourceVersion: _, ...others } = options;
    return this.#source.list(others);
  }

  /**
   * Watches, once that is allowed.
   *
   * @param options As for every `Watcher`.
   * @returns The events.
   */
  async watch(options: WatchOptions): Promise<ReadableStream<WatchEvent<T>>> {
    await this.#mayWatch.promise;
    options.signal?.throwIfAborted();
    const events = await this.#source.watch(options);
    this.#hasWorked = true;
    return events;
  }
}
