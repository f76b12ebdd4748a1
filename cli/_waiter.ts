/**
 * Waiting for the objects of one target, over one watch that an informer
 * keeps going: an expired version ends no wait.
 *
 * The list decides which objects are meant, as in `kubectl`; what is created
 * later is not waited for. An object that leaves a selection looks deleted, so
 * each one that does is then waited for by its name.
 *
 * @module
 */

import { listAll } from "../watch/_list_all.ts";
import { ConnectionError } from "../watch/connection_error.ts";
import { metaNamespaceKey } from "../watch/meta_namespace_key.ts";
import type {
  ChangeEvent,
  KubernetesObject,
  ListerWatcher,
} from "../watch/types.ts";
import { untilWithSync } from "../watch/until_with_sync.ts";
import {
  Beginning,
  INFORMER_OPTIONS,
  withoutManagedFields,
} from "./_beginning.ts";
import type { Target } from "./_command.ts";
import { objectName, qualifiedPlural } from "./_object_names.ts";
import { oneLine } from "./_text.ts";
import type { WaitItem } from "./_wait_board.ts";
import type { WaitCondition } from "./_wait_condition.ts";

/** Who is told of what becomes of the objects. */
export interface WaitObserver {
  /** These are the objects of a target: it is known now. */
  found(target: Target, items: readonly WaitItem[]): void;
  /** An object is as it should be. */
  met(item: WaitItem): void;
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
  condition: WaitCondition;
  /** Whether to look once and not to watch. */
  once: boolean;
  /** Ends it. */
  signal: AbortSignal;
  /** Gives the objects of a target. */
  source: (target: Target) => ListerWatcher;
  /** Who is told. */
  observer: WaitObserver;
  /** Takes up another wait beside this one. */
  also: (waiter: Waiter) => void;
}

/** An object that is waited for, and which one it was at first. */
interface Pending {
  readonly item: WaitItem;
  readonly uid: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string;
}

const LOOK_OPTIONS = {
  minRestartDelayMs: 1_000,
  maxRestartDelayMs: 30_000,
  pageSize: INFORMER_OPTIONS.pageSize,
};

/** Waits for the objects of one target. */
export class Waiter {
  readonly #target: Target;
  readonly #options: WaiterOptions;
  /** What is waited for; undefined until the first list has said so. */
  #pending: Map<string, Pending> | undefined;

  /**
   * Waits for nothing yet.
   *
   * @param target What is waited for.
   * @param options How.
   * @param known An object of the target that is waited for already.
   */
  constructor(target: Target, options: WaiterOptions, known?: Pending) {
    this.#target = target;
    this.#options = options;
    if (known !== undefined) this.#pending = new Map([[keyOf(known), known]]);
  }

  /**
   * Waits until none is left to wait for.
   *
   * @throws What waiting cannot mend; the signal's reason.
   */
  async run(): Promise<void> {
    const source = this.#options.source(this.#target);
    await (this.#options.once ? this.#look(source) : this.#wait(source));
  }

  async #look(source: ListerWatcher): Promise<void> {
    const { items } = await listAll(source, {
      ...LOOK_OPTIONS,
      signal: this.#options.signal,
      onRetry: (cause) => {
        // A wrong address is told at once, not after ten tries.
        if (cause instanceof ConnectionError) throw cause;
        this.#options.observer.retrying(cause);
      },
    });
    this.#listed(items);
  }

  async #wait(source: ListerWatcher): Promise<void> {
    const { observer, signal } = this.#options;
    const beginning = new Beginning(source);
    // One that goes on from another wait is at no beginning.
    const hasBegun = this.#pending !== undefined;
    const failed = new AbortController();
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
          transform: withoutManagedFields,
          signal: AbortSignal.any([signal, failed.signal]),
          onWatchError(error) {
            if (!hasBegun && beginning.isFinal(error)) failed.abort(error);
            else observer.retrying(error);
          },
        },
      );
    } catch (error) {
      failed.signal.throwIfAborted();
      signal.throwIfAborted();
      throw error;
    }
  }

  /** Whether what is there is enough. */
  #listed(items: readonly KubernetesObject[]): boolean {
    const byKey = new Map(items.map((item) => [metaNamespaceKey(item), item]));
    const pending = this.#pending ??= this.#begin(items);
    for (const [key, waiting] of [...pending]) {
      this.#judge(key, waiting, byKey.get(key));
    }
    this.#options.observer.updated();
    return pending.size === 0;
  }

  /** Whether a change leaves nothing to wait for. */
  #changed({ type, object }: ChangeEvent): boolean {
    const key = metaNamespaceKey(object);
    const waiting = this.#pending?.get(key);
    if (waiting !== undefined) {
      this.#judge(key, waiting, type === "DELETED" ? undefined : object);
      this.#options.observer.updated();
    }
    return this.#pending?.size === 0;
  }

  #begin(items: readonly KubernetesObject[]): Map<string, Pending> {
    const { resource, name } = this.#target;
    const { observer } = this.#options;
    if (items.length === 0 && name !== undefined) {
      observer.missing(`${qualifiedPlural(resource)} "${name}" not found`);
    }
    const pending = items.map((object) => this.#pendingOf(object));
    observer.found(this.#target, pending.map(({ item }) => item));
    return new Map(pending.map((waiting) => [keyOf(waiting), waiting]));
  }

  #pendingOf(object: KubernetesObject): Pending {
    const { resource } = this.#target;
    const { name = "", namespace, uid } = object.metadata ?? {};
    const item: WaitItem = {
      label: objectName(object, resource),
      address: oneLine(`${resource.plural}/${name}`),
      why: undefined,
      settled: false,
    };
    return { item, uid, namespace, name };
  }

  #judge(
    key: string,
    waiting: Pending,
    object: KubernetesObject | undefined,
  ): void {
    const { condition, observer } = this.#options;
    const { item, uid } = waiting;
    if (object === undefined && this.#target.labelSelector !== undefined) {
      this.#pending?.delete(key);
      return this.#waitByName(waiting);
    }
    if (condition.isMet(object, uid)) {
      this.#pending?.delete(key);
      return observer.met(item);
    }
    item.why = condition.explain(object);
  }

  #waitByName(waiting: Pending): void {
    const { resource } = this.#target;
    const { namespace, name } = waiting;
    const target = { resource, namespace, name };
    this.#options.also(new Waiter(target, this.#options, waiting));
  }
}

function keyOf({ namespace, name }: Pending): string {
  return metaNamespaceKey({ metadata: { name, namespace } });
}
