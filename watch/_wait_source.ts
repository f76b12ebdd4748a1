/**
 * What a wait lists and watches: only what it is about, and nothing older than
 * the wait itself.
 *
 * An informer is content with an older version at first, from a cache of the
 * server's that may be behind. One who has just changed something and waits for
 * the outcome would find what was before, and take it for the outcome.
 *
 * @module
 */

import { fieldEquals } from "../api/_field_selector.ts";
import type {
  KubernetesList,
  KubernetesObject,
  ListerWatcher,
  ListOptions,
  WatchEvent,
  WatchOptions,
} from "../api/types.ts";

/** Which objects a wait is about. */
export interface WaitSelection {
  /** The name that they have. */
  readonly name?: string | undefined;
  /** The namespace that they are in. */
  readonly namespace?: string | undefined;
}

/**
 * Lists and watches the objects of a selection, as they are now. The watch
 * begins only when it is known that the first list was not enough: most of the
 * time one request is all, and who may only list gets what that says.
 *
 * @typeParam T Type of the objects.
 */
export class WaitSource<T extends KubernetesObject>
  implements ListerWatcher<T> {
  readonly #source: ListerWatcher<T>;
  readonly #selectors: Pick<ListOptions, "fieldSelector">;
  readonly #mayWatch: Promise<void>;
  #letWatch: () => void = () => {};

  /**
   * Asks for nothing yet.
   *
   * @param source Where the objects come from.
   * @param selection Which of them. A source may know no selectors: what comes
   *   has to be looked at all the same.
   */
  constructor(source: ListerWatcher<T>, selection: WaitSelection) {
    this.#source = source;
    const terms = termsOf(selection);
    // A selector of the call replaces the source's own, unless it is repeated.
    const all = [ownFieldSelector(source) ?? [], terms].flat();
    this.#selectors = terms.length === 0
      ? {}
      : { fieldSelector: all.join(",") };
    this.#mayWatch = new Promise((resolve) => this.#letWatch = resolve);
  }

  /** Says that the first list was not enough: the watch may begin. */
  letWatch(): void {
    this.#letWatch();
  }

  /**
   * Lists.
   *
   * @param options As for every `Lister`.
   * @returns The list.
   */
  list(options: ListOptions): Promise<KubernetesList<T>> {
    const { resourceVersion, ...others } = options;
    const version = resourceVersion === "0" ? {} : { resourceVersion };
    return this.#source.list({ ...others, ...version, ...this.#selectors });
  }

  /**
   * Watches, once that is allowed.
   *
   * @param options As for every `Watcher`.
   * @returns The events.
   */
  async watch(options: WatchOptions): Promise<ReadableStream<WatchEvent<T>>> {
    await this.#mayWatch;
    options.signal?.throwIfAborted();
    return await this.#source.watch({ ...options, ...this.#selectors });
  }
}

function termsOf({ name, namespace }: WaitSelection): string[] {
  return ([
    ["metadata.name", name],
    ["metadata.namespace", namespace],
  ] as const).flatMap(([field, value]) =>
    value === undefined ? [] : [fieldEquals(field, value)]
  );
}

function ownFieldSelector(source: object): string | undefined {
  const own = "fieldSelector" in source ? source.fieldSelector : undefined;
  return typeof own === "string" && own !== "" ? own : undefined;
}

/**
 * Whether an object belongs to a selection.
 *
 * @param selection The selection.
 * @param object The object.
 * @returns Whether it does.
 */
export function isSelected(
  { name, namespace }: WaitSelection,
  { metadata }: KubernetesObject,
): boolean {
  return (name === undefined || metadata?.name === name) &&
    (namespace === undefined || metadata?.namespace === namespace);
}
