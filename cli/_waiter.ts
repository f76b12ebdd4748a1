/**
 * Waiting for the objects of one group, over one watch that an informer keeps
 * going: an expired version ends no wait.
 *
 * The list decides which objects are meant, as in `kubectl`; what is created
 * later is not waited for, unless it is the creation that is. An object that
 * leaves a selection looks deleted, so each one that does is then waited for by
 * its name.
 *
 * @module
 */

import { listAll } from "../cache/_list_all.ts";
import { ConnectionError } from "../api/connection_error.ts";
import { metaNamespaceKey } from "../api/meta_namespace_key.ts";
import { isForbidden } from "../api/status_predicates.ts";
import type {
  ChangeEvent,
  KubernetesObject,
  ListerWatcher,
} from "../api/types.ts";
import { untilWithSync } from "../watch/until_with_sync.ts";
import { Beginning, INFORMER_OPTIONS } from "./_startup_source.ts";
import type { Target } from "./resources/selection.ts";
import { objectName, qualifiedPlural } from "./resources/object_names.ts";
import { oneLine } from "./terminal/text.ts";
import type { WaitItem } from "./_wait_progress.ts";
import type { WaitCondition, WaitConditions } from "./_wait_condition.ts";
import { splitGroup, type WaitGroup } from "./_wait_groups.ts";

/** Who is told of what becomes of the objects. */
export interface WaitObserver {
  /** These are objects of a group: it is known now. */
  found(group: WaitGroup, items: readonly WaitItem[]): void;
  /** A group is awaited in parts instead. */
  split(group: WaitGroup, parts: readonly WaitGroup[]): void;
  /** One of the conditions is met; the last known object that it is met by. */
  met(item: WaitItem, object: KubernetesObject | undefined): void;
  /** Nothing more is expected of an object. */
  settled(item: WaitItem): void;
  /** An item stood for what is there now. */
  withdrawn(item: WaitItem): void;
  /** It cannot be said of an object whether it is as it should be. */
  failed(item: WaitItem, error: unknown): void;
  /** There is no object of that name; `message` says so. */
  missing(message: string): void;
  /** What has come is known now: time to show it. */
  updated(): void;
  /** A list or watch failed and is tried again. */
  retrying(cause: unknown): void;
}

/** How a wait goes about it. */
export interface WaiterOptions {
  /** What is waited for. */
  conditions: WaitConditions;
  /** Whether to look once and not to watch. */
  once: boolean;
  /**
   * Aborted once any selection has objects, which ends the wait for the
   * creation of those that have none.
   */
  created: AbortSignal;
  /** Ends it. */
  signal: AbortSignal;
  /** Gives the objects of a target. */
  source: (target: Target) => ListerWatcher;
  /** Drops what nobody looks at, before an object is kept. */
  transform: (object: KubernetesObject) => KubernetesObject;
  /** Says more of an object that is waited for, where it can. */
  more: (object: KubernetesObject) => string | undefined;
  /** Who is told. */
  observer: WaitObserver;
  /** Takes up another wait beside this one. */
  also: (waiter: Waiter) => void;
}

/** An object that is waited for, and which one it was at first. */
interface Pending {
  readonly item: WaitItem;
  readonly namespace: string | undefined;
  readonly name: string;
  /** Undefined where it has not been there yet. */
  uid: string | undefined;
  /** How many of the conditions are met. */
  step: number;
  /** As it was seen last. */
  object: KubernetesObject | undefined;
  /** Whether that is how it is now. */
  isThere: boolean;
}

/** Why a wait ends that is for an object that may stay away. */
const NOT_NEEDED = new Error("not needed");

/** Waits for the objects of one group. */
export class Waiter {
  readonly #group: WaitGroup;
  readonly #options: WaiterOptions;
  /** What is waited for; undefined until the first list has said so. */
  #pending: Map<string, Pending> | undefined;
  /** Stands for a selection that nothing belongs to yet. */
  #nobody: WaitItem | undefined;

  /**
   * Waits for nothing yet.
   *
   * @param group What is waited for.
   * @param options How.
   * @param known An object of the group that is waited for already.
   */
  constructor(group: WaitGroup, options: WaiterOptions, known?: Pending) {
    this.#group = group;
    this.#options = options;
    if (known !== undefined) this.#pending = new Map([[keyOf(known), known]]);
  }

  /**
   * Waits until none is left to wait for.
   *
   * @throws What waiting cannot mend; the signal's reason.
   */
  async run(): Promise<void> {
    const source = this.#options.source(this.#group.target);
    const hasBegun = this.#pending !== undefined;
    try {
      await (this.#options.once ? this.#look(source) : this.#wait(source));
    } catch (error) {
      const parts = hasBegun || !isForbidden(error)
        ? []
        : splitGroup(this.#group);
      if (parts.length === 0) throw error;
      this.#options.observer.split(this.#group, parts);
      for (const part of parts) {
        this.#options.also(new Waiter(part, this.#options));
      }
    }
  }

  /** Says again why objects are not as they should be. */
  explain(): void {
    for (const waiting of this.#pending?.values() ?? []) {
      const condition = this.#options.conditions.steps[waiting.step];
      if (condition === undefined || !waiting.isThere) continue;
      waiting.item.why = this.#why(condition, waiting.object);
    }
  }

  #why(
    condition: WaitCondition,
    object: KubernetesObject | undefined,
  ): string {
    const how = condition.explain(object);
    const more = object === undefined ? undefined : this.#options.more(object);
    return more === undefined ? how : `${how}; ${more}`;
  }

  async #look(source: ListerWatcher): Promise<void> {
    const { items } = await listAll(source, {
      signal: this.#options.signal,
      onRetry: (cause) => {
        // A wrong address is told at once, not after ten tries.
        if (cause instanceof ConnectionError) throw cause;
        this.#options.observer.retrying(cause);
      },
    });
    this.#listed(items.map((item) => this.#options.transform(item)));
  }

  async #wait(source: ListerWatcher): Promise<void> {
    const { observer, signal } = this.#options;
    const beginning = new Beginning(source);
    // One that goes on from another wait is at no beginning.
    const hasBegun = this.#pending !== undefined;
    const failed = new AbortController();
    const stop = () => {
      if (this.#isForNobody()) failed.abort(NOT_NEEDED);
    };
    this.#options.created.addEventListener("abort", stop, { once: true });
    try {
      await untilWithSync(
        beginning,
        (store) => {
          const enough = this.#listed(store.list());
          if (!enough) beginning.listed();
          return enough;
        },
        (event) => this.#changed(event),
        {
          ...INFORMER_OPTIONS,
          transform: (object) => this.#kept(object),
          signal: AbortSignal.any([signal, failed.signal]),
          onWatchError(error) {
            if (!hasBegun && beginning.isFinal(error)) failed.abort(error);
            else observer.retrying(error);
          },
        },
      );
    } catch (error) {
      if (failed.signal.reason === NOT_NEEDED) return;
      failed.signal.throwIfAborted();
      signal.throwIfAborted();
      throw error;
    } finally {
      this.#options.created.removeEventListener("abort", stop);
    }
  }

  /** Whether it waits for the first object of a selection. */
  #isForNobody(): boolean {
    return this.#nobody !== undefined && this.#pending === undefined;
  }

  #withdraw(): void {
    if (this.#nobody !== undefined) {
      this.#options.observer.withdrawn(this.#nobody);
    }
    this.#nobody = undefined;
  }

  /** Of an object that only happens to be in the same namespace, its name. */
  #kept(object: KubernetesObject): KubernetesObject {
    const { names } = this.#group;
    const { name = "", namespace, uid, resourceVersion } = object.metadata ??
      {};
    if (names === undefined || names.includes(name)) {
      return this.#options.transform(object);
    }
    return { metadata: { name, namespace, uid, resourceVersion } };
  }

  /** Whether what is there is enough. */
  #listed(items: readonly KubernetesObject[]): boolean {
    const byKey = new Map(items.map((item) => [metaNamespaceKey(item), item]));
    this.#pending ??= this.#begin(items, byKey);
    for (const [key, waiting] of [...this.#pending ?? []]) {
      this.#judge(key, waiting, byKey.get(key));
    }
    this.#options.observer.updated();
    return this.#pending?.size === 0;
  }

  /** Whether a change leaves nothing to wait for. */
  #changed({ type, object }: ChangeEvent): boolean {
    const now = type === "DELETED" ? undefined : object;
    if (this.#pending === undefined) {
      return now !== undefined && this.#listed([now]);
    }
    const key = metaNamespaceKey(object);
    const waiting = this.#pending.get(key);
    if (waiting !== undefined) {
      this.#judge(key, waiting, now);
      this.#options.observer.updated();
    }
    return this.#pending.size === 0;
  }

  /** Undefined where something has to be created first. */
  #begin(
    items: readonly KubernetesObject[],
    byKey: ReadonlyMap<string, KubernetesObject>,
  ): Map<string, Pending> | undefined {
    const { names } = this.#group;
    const pending = names === undefined
      ? this.#selected(items)
      : names.flatMap((name) => this.#named(name, byKey));
    if (pending === undefined) return undefined;
    this.#options.observer.found(this.#group, pending.map(({ item }) => item));
    return new Map(pending.map((waiting) => [keyOf(waiting), waiting]));
  }

  #selected(items: readonly KubernetesObject[]): Pending[] | undefined {
    const { observer, conditions, once, created } = this.#options;
    if (items.length > 0 || !conditions.wantsCreation || created.aborted) {
      this.#withdraw();
      return items.map((object) => this.#pendingOf(object));
    }
    if (this.#nobody !== undefined) return undefined;
    created.addEventListener("abort", () => this.#withdraw(), { once: true });
    const { plural } = this.#group.target.resource;
    const why = "none there yet";
    this.#nobody = { label: plural, address: plural, why, settled: false };
    observer.found(this.#group, [this.#nobody]);
    return once ? [] : undefined;
  }

  #named(
    name: string,
    byKey: ReadonlyMap<string, KubernetesObject>,
  ): Pending[] {
    const { target } = this.#group;
    const { namespace, resource } = target;
    const object = byKey.get(
      metaNamespaceKey({ metadata: { name, namespace } }),
    );
    if (object !== undefined) return [this.#pendingOf(object)];
    const { observer, conditions } = this.#options;
    if (conditions.wantsCreation) {
      return [this.#pendingOf({ metadata: { name, namespace } })];
    }
    observer.missing(`${qualifiedPlural(resource)} "${name}" not found`);
    return [];
  }

  #pendingOf(object: KubernetesObject): Pending {
    const { resource } = this.#group.target;
    const { name = "", namespace, uid } = object.metadata ?? {};
    const item: WaitItem = {
      label: objectName(object, resource),
      address: oneLine(`${resource.plural}/${name}`),
      why: undefined,
      settled: false,
    };
    const seen = { object: undefined, isThere: false };
    return { item, uid, namespace, name, step: 0, ...seen };
  }

  #judge(
    key: string,
    waiting: Pending,
    object: KubernetesObject | undefined,
  ): void {
    const { conditions: { steps }, observer } = this.#options;
    const { item } = waiting;
    if (object === undefined && this.#mayHaveLeft()) {
      this.#pending?.delete(key);
      return this.#waitByName(waiting);
    }
    this.#see(waiting, object);
    try {
      for (; waiting.step < steps.length; waiting.step++) {
        const step = steps[waiting.step];
        if (step?.isMet(object, waiting.uid) === false) {
          item.why = this.#why(step, object);
          return;
        }
        observer.met(item, waiting.object);
      }
      observer.settled(item);
    } catch (error) {
      observer.failed(item, error);
    }
    this.#pending?.delete(key);
  }

  #see(waiting: Pending, object: KubernetesObject | undefined): void {
    waiting.isThere = object !== undefined;
    if (object === undefined) return;
    // Before it was there, nothing told what to call it, or which one it is.
    if (waiting.object === undefined) {
      waiting.item.label = objectName(object, this.#group.target.resource);
      waiting.uid ??= object.metadata?.uid;
    }
    waiting.object = object;
  }

  /** Whether an object that is not in the selection may still be there. */
  #mayHaveLeft(): boolean {
    const { labelSelector, fieldSelector } = this.#group.target;
    return labelSelector !== undefined || fieldSelector !== undefined;
  }

  #waitByName(waiting: Pending): void {
    const { resource } = this.#group.target;
    const { namespace, name } = waiting;
    const target = { resource, namespace, name };
    const group = { target, names: [name] };
    this.#options.also(new Waiter(group, this.#options, waiting));
  }
}

function keyOf(
  { namespace, name }: Pick<Pending, "namespace" | "name">,
): string {
  return metaNamespaceKey({ metadata: { name, namespace } });
}
