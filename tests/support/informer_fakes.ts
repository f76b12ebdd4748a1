/**
 * Helpers for informer tests: an informer with a `FakeListerWatcher` and fake
 * time, whose requests and events are recorded as short lines, and which
 * asserts in every test that nothing is left behind.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import {
  FakeListerWatcher,
  type FakeListerWatcherOptions,
} from "../../testing/mod.ts";
import {
  IndexerInformerWatcher,
  type InformerOptions,
} from "../../watch/indexer_informer_watcher.ts";
import { metaNamespaceKey } from "../../api/meta_namespace_key.ts";
import { StatusError } from "../../api/status_error.ts";
import type {
  ChangeEvent,
  KubernetesList,
  KubernetesObject,
  ListerWatcher,
  ListOptions,
  Status,
  WatchEvent,
  WatchOptions,
} from "../../api/types.ts";
import type { Clock } from "./clock.ts";
import { turn } from "./wait_fakes.ts";

/** An object whose only content is a number. */
export interface Item extends KubernetesObject {
  value?: number;
}

/** An object to be added or modified. */
export function item(name: string, more: Partial<Item> = {}): Item {
  return { ...more, metadata: { ...more.metadata, name } };
}

/** An object as returned by a server. */
export function stored(
  name: string,
  resourceVersion: string | number,
  uid = `uid-${name}`,
): Item {
  return {
    metadata: { name, uid, resourceVersion: String(resourceVersion) },
  };
}

/** Formats an event as `TYPE key@version`. */
export function line({ type, object }: ChangeEvent): string {
  return `${type} ${shown(object)}`;
}

/** Formats objects as `key@version`, sorted. */
export function lines(objects: Iterable<KubernetesObject>): string[] {
  return [...objects].map(shown).sort();
}

function shown(object: KubernetesObject): string {
  return `${metaNamespaceKey(object)}@${object.metadata?.resourceVersion}`;
}

/** A 410 as a kube-apiserver sends it. */
export const EXPIRED: Status = {
  status: "Failure",
  reason: "Expired",
  code: 410,
  message: "too old resource version",
};

/** A response with a code, optionally with a retry delay. */
export function refused(code: number, retryAfterSeconds?: number): StatusError {
  return new StatusError({
    code,
    message: `answer ${code}`,
    ...(retryAfterSeconds === undefined
      ? {}
      : { details: { retryAfterSeconds } }),
  });
}

/** The requests and their times, relative to the start. */
export class RequestLog<T extends KubernetesObject>
  implements ListerWatcher<T> {
  /** `+ms list "0" limit 500`, `+ms watchList ""`, `+ms watch "7"`. */
  readonly lines: string[] = [];
  readonly #from: ListerWatcher<T>;
  readonly #start = Date.now();

  constructor(from: ListerWatcher<T>) {
    this.#from = from;
  }

  /** As that of a `RestListerWatcher`. */
  get shardSelector(): unknown {
    return "shardSelector" in this.#from ? this.#from.shardSelector : undefined;
  }

  list(options: ListOptions): Promise<KubernetesList<T>> {
    const version = options.continue === undefined
      ? quoted(options.resourceVersion)
      : `continue${
        options.resourceVersion === undefined ? "" : " with a version"
      }`;
    const limit = "limit" in options ? ` limit ${options.limit}` : "";
    this.#log(`list ${version}${limit}`);
    return this.#from.list(options);
  }

  watch(options: WatchOptions): Promise<ReadableStream<WatchEvent<T>>> {
    const kind = options.sendInitialEvents ? "watchList" : "watch";
    this.#log(`${kind} ${quoted(options.resourceVersion)}`);
    return this.#from.watch(options);
  }

  /** Returns the requests since the last call. */
  take(): string[] {
    return this.lines.splice(0);
  }

  #log(text: string): void {
    this.lines.push(`+${Date.now() - this.#start} ${text}`);
  }
}

function quoted(version: string | undefined): string {
  return JSON.stringify(version) ?? "nothing";
}

/** Options for {@linkcode Rig}. */
export interface RigOptions extends InformerOptions<Item> {
  /** The options of the fake. */
  fake?: FakeListerWatcherOptions<Item>;
  /** Prepares the fake before the first request. */
  script?: (fake: FakeListerWatcher<Item>) => void;
  /** Whether to read events continuously. */
  reads?: boolean;
  /** A lister-watcher to use instead of the fake. */
  from?: (fake: FakeListerWatcher<Item>) => ListerWatcher<Item>;
}

/** An informer with fake time, whose events are read continuously. */
export class Rig implements AsyncDisposable {
  readonly fake: FakeListerWatcher<Item>;
  readonly log: RequestLog<Item>;
  readonly informer: IndexerInformerWatcher<Item>;
  /** The errors passed to `onWatchError`. */
  readonly errors: unknown[] = [];
  /** The events read so far. */
  readonly events: ChangeEvent<Item>[] = [];
  readonly #time: Clock;

  constructor(time: Clock, options: RigOptions = {}) {
    const { fake, script, from, reads = true, ...informerOptions } = options;
    this.#time = time;
    this.fake = new FakeListerWatcher<Item>(fake);
    script?.(this.fake);
    this.log = new RequestLog<Item>(from?.(this.fake) ?? this.fake);
    this.informer = new IndexerInformerWatcher<Item>(this.log, {
      onWatchError: (error) => void this.errors.push(error),
      ...informerOptions,
    });
    if (reads) void this.#read();
  }

  /**
   * Creates an informer that has synced, and discards the requests of the sync.
   */
  static async synced(time: Clock, options: RigOptions = {}): Promise<Rig> {
    const rig = new Rig(time, options);
    await turn();
    assertEquals(rig.informer.controller.hasSynced(), true);
    rig.log.take();
    rig.takeEvents();
    return rig;
  }

  /** Runs pending work, advances time, and runs the work that this triggers. */
  pass(ms = 0): Promise<void> {
    return this.#time.pass(ms);
  }

  /** Returns the events read since the last call. */
  takeEvents(): string[] {
    return this.events.splice(0).map(line);
  }

  /** Returns the requests since the last call. */
  takeRequests(): string[] {
    return this.log.take();
  }

  /** Returns the messages of the failures since the last call. */
  takeErrors(): string[] {
    return this.errors.splice(0).map((error) =>
      error instanceof Error ? error.message : String(error)
    );
  }

  /** Returns the content of the store. */
  get store(): string[] {
    return lines(this.informer.indexer);
  }

  async #read(): Promise<void> {
    for await (const event of this.informer) this.events.push(event);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.informer[Symbol.asyncDispose]();
    assertEquals(this.#time.timers, 0);
    assertEquals(this.fake.openWatches, 0);
  }
}

/** A lister-watcher that must not be called. */
export function onlyLists<T extends KubernetesObject>(
  list: (options: ListOptions) => Promise<KubernetesList<T>>,
): ListerWatcher<T> {
  return { list, watch: () => new Promise(() => {}) };
}

/** A lister and watcher that says that it is only about a shard. */
export function ofShard<T extends KubernetesObject>(
  from: ListerWatcher<T>,
): ListerWatcher<T> & { shardSelector: string } {
  return {
    shardSelector: "shardRange(object.metadata.uid, '0x0', '0x8')",
    list: (options) => from.list(options),
    watch: (options) => from.watch(options),
  };
}
