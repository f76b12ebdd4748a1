/**
 * The implementation of client-node's informer interface, which can be started
 * and stopped repeatedly.
 *
 * @module
 */

import {
  InformerCallbacks,
  type ObjectVerb,
  type Registration,
  type StateVerb,
} from "./_informer_callbacks.ts";
import { checkInformerOptions } from "../watch/_informer_options.ts";
import { InformerRun, type InformerSource } from "./_informer_run.ts";
import { ObjectTable } from "./_object_table.ts";
import { StartBackoff } from "./_start_backoff.ts";
import type { InformerOptions } from "../watch/indexer_informer_watcher.ts";
import type { KubernetesObject } from "../api/types.ts";

/** Callbacks and a cache that outlive the runs of an informer. */
export class InformerBridge<T extends KubernetesObject>
  implements AsyncDisposable {
  readonly #open: () => InformerSource<T>;
  readonly #options: InformerOptions<T>;
  readonly #callbacks = new InformerCallbacks<T>();
  readonly #table = new ObjectTable<T>((verb, object) =>
    this.#callbacks.emit(verb, object)
  );
  readonly #backoff: StartBackoff;
  #run: InformerRun<T> | undefined;

  /**
   * Creates an informer; sends no request before `start`.
   *
   * @param open Opens the source of the objects, at each start.
   * @param options Options of the informer.
   * @throws {RangeError} If a duration or `pageSize` is negative or NaN.
   */
  constructor(
    open: () => InformerSource<T>,
    options: InformerOptions<T> = {},
  ) {
    checkInformerOptions(options);
    this.#open = open;
    this.#options = options;
    this.#backoff = new StartBackoff(options);
  }

  on(verb: ObjectVerb | "change", callback: (object: T) => void): void;
  on(verb: StateVerb, callback: (error?: unknown) => void): void;
  on(...registration: Registration<T>): void {
    this.#callbacks.on(...registration);
  }

  off(verb: ObjectVerb | "change", callback: (object: T) => void): void;
  off(verb: StateVerb, callback: (error?: unknown) => void): void;
  off(...registration: Registration<T>): void {
    this.#callbacks.off(...registration);
  }

  get(name: string, namespace?: string): T | undefined {
    return this.#table.get(name, namespace);
  }

  list(namespace?: string): readonly T[] {
    return this.#table.list(namespace);
  }

  // `async`, so that a failure to open rejects, as in client-node.
  async start(): Promise<void> {
    this.#run ??= new InformerRun(this.#open(), this.#options, {
      callbacks: this.#callbacks,
      table: this.#table,
      backoff: this.#backoff,
    });
    await this.#run.ready;
  }

  async stop(): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    await run?.[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
