/**
 * `watch --cached`: the changes of an informer's cache, which go on after a
 * version has expired. What was missed is made up for by a list: objects that
 * are gone meanwhile are printed as DELETED.
 *
 * The cache is ahead of the lines, so that its version is the one to resume
 * from only where nothing is left to print; in the middle of printing it is
 * that of the line itself. The objects of a list are not ordered by version: in
 * the middle of those, there is no version to resume from.
 *
 * @module
 */

import { askWithoutManagedFields } from "../api/_managed_fields_option.ts";
import { StartupSource } from "../watch/_startup_source.ts";
import { IndexerInformerWatcher } from "../watch/indexer_informer_watcher.ts";
import { compareResourceVersions } from "../api/resource_version.ts";
import type {
  ChangeEvent,
  KubernetesObject,
  ListerWatcher,
} from "../api/types.ts";
import { INFORMER_OPTIONS, withoutManagedFields } from "./_watch_settings.ts";
import type { EventPrinter } from "./printers/event_printer.ts";
import { causeText } from "./_failures.ts";

/** What a cached watch prints, and where. */
export interface CachedWatchOptions<T extends KubernetesObject> {
  /** Ends it. */
  signal: AbortSignal;
  /** Makes lines of events. */
  printer: EventPrinter<T>;
  /** Whether the objects are printed as they are, with every field. */
  whole: boolean;
  /** Called with the objects that are there at first. */
  onListed: (objects: readonly T[]) => void;
  /** Called with what failed and is tried again. */
  onRetry: (message: string) => void;
  /** Writes the text of an event. */
  write: (text: string) => Promise<void>;
}

/** How a cached watch has ended. */
export interface CachedWatchEnd {
  /** Why: the signal's reason, or the failure that it could not begin with. */
  readonly reason: unknown;
  /** The version that the lines have come to, if known. */
  readonly resourceVersion: string | undefined;
}

/** Prints the changes of a cache. */
export class CachedWatch<T extends KubernetesObject = KubernetesObject> {
  readonly #options: CachedWatchOptions<T>;
  readonly #source: StartupSource<T>;
  readonly #informer: IndexerInformerWatcher<T>;
  readonly #ended = new AbortController();
  /** What the cache has come to when the end was asked for. */
  #cacheVersion = "";
  /** The version of the last list. */
  #listVersion = "";

  /**
   * Begins to list.
   *
   * @param source What is watched.
   * @param options What is printed, and where.
   */
  constructor(source: ListerWatcher<T>, options: CachedWatchOptions<T>) {
    this.#options = options;
    const asked = options.whole ? source : askWithoutManagedFields(source);
    this.#source = new StartupSource({
      list: async (request) => {
        const list = await asked.list(request);
        // A question for the server's version delivers no objects.
        if (request.limit !== 1) {
          this.#listVersion = list.metadata?.resourceVersion ?? "";
        }
        return list;
      },
      watch: (request) => asked.watch(request),
    }, { expectsAnswer: true });
    this.#informer = new IndexerInformerWatcher(this.#source, {
      ...INFORMER_OPTIONS,
      transform: options.whole ? undefined : withoutManagedFields,
      onWatchError: (error) => this.#failed(error),
    });
  }

  /**
   * Prints until the signal is aborted, or it cannot begin.
   *
   * @returns How it has ended.
   */
  async run(): Promise<CachedWatchEnd> {
    const { signal } = this.#options;
    await using informer = this.#informer;
    const onAbort = () => this.#end(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    try {
      const isSynced = await informer.controller.synced;
      if (isSynced) this.#listed();
      const resourceVersion = isSynced ? await this.#print() : undefined;
      return { reason: this.#ended.signal.reason, resourceVersion };
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  #listed(): void {
    this.#options.onListed(this.#informer.indexer.list());
    this.#source.letWatch();
  }

  async #print(): Promise<string | undefined> {
    const { printer, write } = this.#options;
    const reader = this.#informer.events.getReader();
    let last: ChangeEvent<T> | undefined;
    while (true) {
      const isBehind = this.#ended.signal.aborted;
      const { value } = await reader.read();
      if (value === undefined) {
        return isBehind ? this.#versionOf(last) : this.#cacheVersion;
      }
      last = value;
      await write(printer.text(value));
    }
  }

  /** The version of a line; undefined where it came with a list. */
  #versionOf(event: ChangeEvent | undefined): string | undefined {
    const version = event?.object.metadata?.resourceVersion;
    if (version === undefined) return undefined;
    return compareResourceVersions(version, this.#listVersion) > 0
      ? version
      : undefined;
  }

  #failed(error: unknown): void {
    if (this.#source.isPermanent(error)) return this.#end(error);
    this.#options.onRetry(
      `watch interrupted: ${causeText(error)}; carrying on`,
    );
  }

  #end(reason: unknown): void {
    if (this.#ended.signal.aborted) return;
    this.#cacheVersion = this.#informer.controller.lastSyncResourceVersion();
    this.#ended.abort(reason);
    this.#informer.stop();
  }
}
