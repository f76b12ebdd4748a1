/**
 * client-node's informer, started and stopped as often as one likes.
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
import { ObjectTable } from "./_told_objects.ts";
import type { InformerOptions } from "../watch/indexer_informer_watcher.ts";
import type { KubernetesObject } from "../api/types.ts";

/** Callbacks and a cache over the runs of an informer. */
export class InformerBridge<T extends KubernetesObject>
  implements AsyncDisposable {
  readonly #open: () => InformerSource<T>;
  readonly #options: InformerOptions<T>;
  readonly #callbacks = new InformerCallbacks<T>();
  readonly #table = new ObjectTable<T>((verb, object) =>
    this.#callbacks.tell(verb, object)
  );
  #run: InformerRun<T> | undefined;

  /**
   * Asks for nothing yet.
   *
   * @param open Says where the objects come from, at each start.
   * @param options How to go about it.
   * @throws {RangeError} If a duration or `pageSize` is negative or NaN.
   */
  constructor(
    open: () => InformerSource<T>,
    options: InformerOptions<T> = {},
  ) {
    checkInformerOptions(options);
    this.#open = open;
    this.#options = options;
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

  // `async`, so that what cannot be opened rejects, as in client-node.
  async start(): Promise<void> {
    this.#run ??= new InformerRun(this.#open(), this.#options, {
      callbacks: this.#callbacks,
      table: this.#table,
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
