/**
 * Informers of one resource, one for each namespace that is asked for. Each is
 * narrowed to what is asked for first; once something else of its namespace is
 * asked for, it is replaced by a wider one. They only explain: where the objects
 * may not be watched, that is not reported.
 *
 * @module
 */

import { askWithoutManagedFields } from "../api/_managed_fields_option.ts";
import { IndexerInformerWatcher } from "../watch/indexer_informer_watcher.ts";
import { isPermanentRefusal } from "../api/_permanent_refusal.ts";
import type { KubernetesObject, ListerWatcher } from "../api/types.ts";
import { INFORMER_OPTIONS, withoutManagedFields } from "./_watch_settings.ts";
import { builtInResource } from "./resources/built_in.ts";
import type { Target } from "./resources/selection.ts";

/** How informers reach a server. */
export interface NamespaceInformersOptions {
  /** Gives the objects of a target. */
  source: (target: Target) => ListerWatcher;
  /** Called when an object has changed. */
  changed: () => void;
}

/** The selectors of a target. */
export type Selectors = Pick<Target, "labelSelector" | "fieldSelector">;

/** The informer of a namespace. */
interface Watched {
  /** What it is narrowed to; undefined once it is wide. */
  readonly narrow: string | undefined;
  readonly informer: IndexerInformerWatcher;
}

/** Watches objects of one resource. */
export class NamespaceInformers implements AsyncDisposable {
  readonly #plural: string;
  readonly #options: NamespaceInformersOptions;
  readonly #namespaces = new Map<string, Watched>();
  readonly #ended: Promise<void>[] = [];
  #isOver = false;

  /**
   * Does not watch yet.
   *
   * @param plural The plural name of a built-in resource.
   * @param options How to reach the server.
   */
  constructor(plural: string, options: NamespaceInformersOptions) {
    this.#plural = plural;
    this.#options = options;
  }

  /**
   * Watches objects, from now on.
   *
   * @param namespace Their namespace.
   * @param selectors What selects these, and what selects them and whatever else
   *   may be asked for.
   */
  watch(
    namespace: string,
    { narrow, wide }: {
      readonly narrow: Selectors;
      readonly wide: Selectors;
    },
  ): void {
    if (this.#isOver) return;
    const key = JSON.stringify(narrow);
    const watched = this.#namespaces.get(namespace);
    if (watched === undefined) return this.#start(namespace, narrow, key);
    if (watched.narrow === undefined || watched.narrow === key) return;
    watched.informer.stop();
    this.#start(namespace, wide, undefined);
  }

  /**
   * The objects of a namespace, as far as they are known.
   *
   * @param namespace The namespace.
   * @returns The objects that were asked for, and perhaps others.
   */
  objects(namespace: string): Iterable<KubernetesObject> {
    return this.#namespaces.get(namespace)?.informer.indexer ?? [];
  }

  /** Ends all watches. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    for (const { informer } of this.#namespaces.values()) informer.stop();
    await Promise.all(this.#ended);
  }

  #start(
    namespace: string,
    selectors: Selectors,
    narrow: string | undefined,
  ): void {
    const resource = builtInResource(this.#plural);
    if (resource === undefined) return;
    const target: Target = { resource, namespace, ...selectors };
    const source = askWithoutManagedFields(this.#options.source(target));
    const informer = new IndexerInformerWatcher(source, {
      ...INFORMER_OPTIONS,
      transform: withoutManagedFields,
      // Who may see a workload need not be allowed to see its pods or events.
      onWatchError: (error) => {
        if (isPermanentRefusal(error)) informer.stop();
      },
    });
    this.#ended.push(this.#follow(informer));
    this.#namespaces.set(namespace, { narrow, informer });
  }

  async #follow(informer: IndexerInformerWatcher): Promise<void> {
    for await (const _ of informer) this.#options.changed();
    await informer.done;
  }
}
