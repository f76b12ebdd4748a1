/**
 * What the tests of informers share: an informer over a `FakeListerWatcher` on
 * fake time, whose requests and events are written down as short lines, and
 * which is seen to leave nothing behind in every test.
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

/** An object as a server gives it. */
export function stored(
  name: string,
  resourceVersion: string | number,
  uid = `uid-${name}`,
): Item {
  return {
    metadata: { name, uid, resourceVersion: String(resourceVersion) },
  };
}

/** `TYPE key@version`. */
export function line({ type, object }: ChangeEvent): string {
  return `${type} ${shown(object)}`;
}

/** `key@version` of each object, in order. */
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

/** An answer of that code, perhaps with a delay. */
export function refused(code: number, retryAfterSeconds?: number): StatusError {
  return new StatusError({
    code,
    message: `answer ${code}`,
    ...(retryAfterSeconds === undefined
      ? {}
      : { details: { retryAfterSeconds } }),
  });
}

/** What was asked, and when, counted from the beginning. */
export class RequestLog<T extends KubernetesObject>
  implements ListerWatcher<T> {
  /** `+ms list "0" limit 500`, `+ms watchList ""`, `+ms watch "7"`. */
  readonly lines: string[] = [];
  readonly #from: ListerWatcher<T>;
  readonly #start = Date.now();

  constructor(from: ListerWatcher<T>) {
    this.#from = from;
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

  /** What was asked since the last call. */
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

/** What a {@linkcode Rig} is made of. */
export interface RigOptions extends InformerOptions<Item> {
  /** What the fake starts as. */
  fake?: FakeListerWatcherOptions<Item>;
  /** What the fake is told before anything is asked. */
  script?: (fake: FakeListerWatcher<Item>) => void;
  /** Whether to read the events all the time. */
  reads?: boolean;
  /** What is asked in place of the fake. */
  from?: (fake: FakeListerWatcher<Item>) => ListerWatcher<Item>;
}

/** An informer on fake time, read all the time. */
export class Rig implements AsyncDisposable {
  readonly fake: FakeListerWatcher<Item>;
  readonly log: RequestLog<Item>;
  readonly informer: IndexerInformerWatcher<Item>;
  /** What `onWatchError` was told. */
  readonly errors: unknown[] = [];
  /** Every event that was read. */
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

  /** An informer that has synced, with the requests of that forgotten. */
  static async synced(time: Clock, options: RigOptions = {}): Promise<Rig> {
    const rig = new Rig(time, options);
    await turn();
    assertEquals(rig.informer.controller.hasSynced(), true);
    rig.log.take();
    rig.takeEvents();
    return rig;
  }

  /** Lets what is pending run, then time pass, then what that set off. */
  pass(ms = 0): Promise<void> {
    return this.#time.pass(ms);
  }

  /** What was read since the last call. */
  takeEvents(): string[] {
    return this.events.splice(0).map(line);
  }

  /** What was asked since the last call. */
  takeRequests(): string[] {
    return this.log.take();
  }

  /** The messages of the failures since the last call. */
  takeErrors(): string[] {
    return this.errors.splice(0).map((error) =>
      error instanceof Error ? error.message : String(error)
    );
  }

  /** What the store holds. */
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

/** A lister and watcher of which nothing is expected. */
export function onlyLists<T extends KubernetesObject>(
  list: (options: ListOptions) => Promise<KubernetesList<T>>,
): ListerWatcher<T> {
  return { list, watch: () => new Promise(() => {}) };
}
