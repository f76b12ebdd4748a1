/**
 * Waiting for the objects of one group, over one watch that an informer keeps
 * going: an expired version does not end a wait.
 *
 * The list decides which objects are meant, as in `kubectl`; what is created
 * later is not waited for, unless it is the creation that is. An object that
 * leaves a selection looks deleted, so each one that does is then waited for by
 * its name. One that is really gone is not waited for any more: a pod that has
 * been replaced never becomes ready again.
 *
 * @module
 */

import { metaNamespaceKey } from "../api/meta_namespace_key.ts";
import { isForbidden } from "../api/status_predicates.ts";
import type {
  ChangeEvent,
  KubernetesObject,
  ListerWatcher,
} from "../api/types.ts";
import { TrackedObject } from "../watch/_tracked_object.ts";
import { runWaitSession } from "../watch/_wait_session.ts";
import type { Target } from "./resources/selection.ts";
import { objectName, qualifiedPlural } from "./resources/object_names.ts";
import { oneLine } from "./terminal/text.ts";
import type { WaitItem, WaitProgressDisplay } from "./_wait_progress.ts";
import type { WaitConditions } from "./_wait_condition.ts";
import { splitGroup, type WaitGroup } from "./_wait_groups.ts";
import { INFORMER_OPTIONS, listOnce } from "./_watch_settings.ts";

/** What is called as something becomes known of the objects. */
export interface WaitObserver {
  /** An object of a selection is gone, and no longer waited for. */
  dropped(item: WaitItem): void;
  /** One of the conditions is met; the last known object that it is met by. */
  met(item: WaitItem, object: KubernetesObject | undefined): void;
  /** A condition cannot be evaluated on an object. */
  failed(item: WaitItem, error: unknown): void;
  /** An object that is named does not exist; `message` says so. */
  missing(message: string): void;
  /** The progress is up to date: time to show it. */
  updated(): void;
  /** A list or watch failed and is tried again. */
  retrying(cause: unknown): void;
}

/** How a group is waited for. */
export interface WaiterOptions {
  /** What is waited for. */
  conditions: WaitConditions;
  /** Whether to look once and not to watch. */
  once: boolean;
  /**
   * Aborted once any selection has objects, which ends the wait for the
   * creation of the first ones of the others.
   */
  created: AbortController;
  /** Ends it. */
  signal: AbortSignal;
  /** Gives the objects of a target. */
  source: (target: Target) => ListerWatcher;
  /** Drops what is not needed, before an object is kept. */
  transform: (object: KubernetesObject) => KubernetesObject;
  /** Says more of an object that is waited for, where it can. */
  more: (object: KubernetesObject) => string | undefined;
  /** Where it is kept how far the wait is. */
  progress: WaitProgressDisplay;
  /** Called as something becomes known. */
  observer: WaitObserver;
  /** Starts another wait beside this one. */
  also: (waiter: Waiter) => void;
}

/** An object that is waited for. */
interface Pending {
  readonly item: WaitItem;
  /** Whether it is one of a selection, and not named by the user. */
  readonly isSelected: boolean;
  readonly tracked: TrackedObject;
}

/** Waits for the objects of one group. */
export class Waiter {
  readonly #group: WaitGroup;
  readonly #options: WaiterOptions;
  /** What is waited for; undefined until the first list has said so. */
  #pending: Map<string, Pending> | undefined;
  /** Stands for a selection that is empty so far. */
  #placeholder: WaitItem | undefined;
  /** Aborted when the first object of a selection need not come any more. */
  readonly #unneeded = new AbortController();

  /**
   * Does not begin to wait yet.
   *
   * @param group What is waited for.
   * @param options How.
   */
  constructor(group: WaitGroup, options: WaiterOptions) {
    this.#group = group;
    this.#options = options;
  }

  /**
   * Waits until no object is left to wait for.
   *
   * @throws A failure that retrying cannot fix; the signal's reason.
   */
  async run(): Promise<void> {
    const source = this.#options.source(this.#group.target);
    try {
      await (this.#options.once ? this.#look(source) : this.#wait(source));
    } catch (error) {
      const parts = isForbidden(error) ? splitGroup(this.#group) : [];
      if (parts.length === 0) throw error;
      this.#options.progress.split(this.#group, parts);
      for (const part of parts) {
        this.#options.also(new Waiter(part, this.#options));
      }
    }
  }

  /** Updates why the objects do not meet the conditions yet. */
  explain(): void {
    for (const { item, tracked } of this.#pending?.values() ?? []) {
      if (tracked.now !== undefined) item.why = this.#why(tracked);
    }
  }

  #why({ why, now }: TrackedObject): string {
    const more = now === undefined ? undefined : this.#options.more(now);
    return more === undefined ? why : `${why}; ${more}`;
  }

  async #look(source: ListerWatcher): Promise<void> {
    const { signal, observer, transform } = this.#options;
    const { items } = await listOnce(source, {
      signal,
      onRetry: (cause) => observer.retrying(cause),
    });
    this.#listed(items.map((item) => transform(item)));
  }

  async #wait(source: ListerWatcher): Promise<void> {
    const { observer, signal } = this.#options;
    const unneeded = this.#unneeded.signal;
    try {
      await runWaitSession(source, {
        listed: (store) => this.#listed(store.list()),
        changed: (event) => this.#changed(event),
      }, {
        ...INFORMER_OPTIONS,
        transform: (object) => this.#kept(object),
        signal: AbortSignal.any([signal, unneeded]),
        expectsAnswer: true,
        hasWorked: this.#pending !== undefined,
        onRetry: (cause) => observer.retrying(cause),
      });
    } catch (error) {
      if (unneeded.aborted) return;
      signal.throwIfAborted();
      throw error;
    }
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
    this.#pending ??= this.#begin(byKey);
    for (const [key, waiting] of [...this.#pending ?? []]) {
      this.#judge(key, waiting, byKey.get(key));
    }
    this.#options.observer.updated();
    return this.#pending?.size === 0;
  }

  /** Whether a change leaves no object to wait for. */
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
    items: ReadonlyMap<string, KubernetesObject>,
  ): Map<string, Pending> | undefined {
    const { names } = this.#group;
    const { progress, created } = this.#options;
    const wanted = names === undefined
      ? this.#selected([...items.values()])
      : names.flatMap((name) => this.#named(name, items));
    if (wanted === undefined) return undefined;
    const pending = new Map(wanted.map(
      (object) => [metaNamespaceKey(object), this.#pendingOf(object)],
    ));
    progress.add(this.#group, [...pending.values()].map(({ item }) => item));
    if (names === undefined && pending.size > 0) created.abort();
    return pending;
  }

  #selected(
    items: readonly KubernetesObject[],
  ): readonly KubernetesObject[] | undefined {
    const { progress, conditions, once, created } = this.#options;
    const isEmpty = items.length === 0 && conditions.wantsCreation &&
      !created.signal.aborted;
    if (!isEmpty) {
      this.#withdraw();
      return items;
    }
    if (this.#placeholder !== undefined) return undefined;
    const { plural } = this.#group.target.resource;
    this.#placeholder = {
      label: plural,
      address: plural,
      why: "none there yet",
      state: "pending",
    };
    progress.add(this.#group, [this.#placeholder]);
    created.signal.addEventListener("abort", () => {
      if (this.#placeholder !== undefined) this.#unneeded.abort();
      this.#withdraw();
    });
    return once ? [] : undefined;
  }

  #withdraw(): void {
    if (this.#placeholder === undefined) return;
    this.#options.progress.withdraw(this.#placeholder);
    this.#placeholder = undefined;
  }

  #named(
    name: string,
    items: ReadonlyMap<string, KubernetesObject>,
  ): KubernetesObject[] {
    const { namespace, resource } = this.#group.target;
    const { observer, conditions } = this.#options;
    const expected = { metadata: { name, namespace } };
    const object = items.get(metaNamespaceKey(expected));
    if (object !== undefined || conditions.wantsCreation) {
      return [object ?? expected];
    }
    observer.missing(`${qualifiedPlural(resource)} "${name}" not found`);
    return [];
  }

  #pendingOf(object: KubernetesObject): Pending {
    const { resource } = this.#group.target;
    const item: WaitItem = {
      label: objectName(object, resource),
      address: oneLine(`${resource.plural}/${object.metadata?.name ?? ""}`),
      why: undefined,
      state: "pending",
    };
    return {
      item,
      isSelected: this.#group.names === undefined,
      tracked: new TrackedObject(this.#options.conditions.steps),
    };
  }

  #judge(
    key: string,
    waiting: Pending,
    object: KubernetesObject | undefined,
  ): void {
    const { observer } = this.#options;
    const { item, tracked } = waiting;
    if (object === undefined && this.#mayHaveLeft()) {
      this.#pending?.delete(key);
      return this.#waitByName(key, waiting);
    }
    if (this.#isGone(waiting, object)) {
      this.#pending?.delete(key);
      this.#options.progress.withdraw(item);
      return observer.dropped(item);
    }
    // Only an object that is there says what to call it.
    if (object !== undefined && tracked.last === undefined) {
      item.label = objectName(object, this.#group.target.resource);
    }
    const onMet = () => observer.met(item, object ?? tracked.last);
    try {
      tracked.see(object, { onMet });
      if (!tracked.isMet) {
        item.why = this.#why(tracked);
        return;
      }
      item.state = "met";
    } catch (error) {
      item.state = "failed";
      observer.failed(item, error);
    }
    this.#pending?.delete(key);
  }

  /** Whether an object of a selection is gone, where it should have stayed. */
  #isGone(
    { isSelected, tracked: { last } }: Pending,
    object: KubernetesObject | undefined,
  ): boolean {
    return isSelected && last !== undefined &&
      !this.#options.conditions.wantsAbsence &&
      object?.metadata?.uid !== last.metadata?.uid;
  }

  /** Whether an object that is not in the selection may still be there. */
  #mayHaveLeft(): boolean {
    const { labelSelector, fieldSelector } = this.#group.target;
    return labelSelector !== undefined || fieldSelector !== undefined;
  }

  #waitByName(key: string, waiting: Pending): void {
    const { resource } = this.#group.target;
    const { name = "", namespace } = waiting.tracked.last?.metadata ?? {};
    const target = { resource, namespace, name };
    const waiter = new Waiter({ target, names: [name] }, this.#options);
    waiter.#pending = new Map([[key, waiting]]);
    this.#options.also(waiter);
  }
}
