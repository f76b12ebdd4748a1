/**
 * One run of an informer behind client-node's interface, from a start to a
 * stop: an `IndexerInformerWatcher` whose events become callbacks.
 *
 * @module
 */

import type { InformerCallbacks } from "./_informer_callbacks.ts";
import type { ObjectTable } from "./_object_table.ts";
import type { StartBackoff } from "./_start_backoff.ts";
import { toClientNodeError } from "./_errors.ts";
import {
  IndexerInformerWatcher,
  type InformerOptions,
} from "../watch/indexer_informer_watcher.ts";
import { WatchEndedError } from "../cache/_watch_ended_error.ts";
import { StatusError } from "../api/status_error.ts";
import { isExpiredOrGone } from "../api/status_predicates.ts";
import { pause } from "../internal/pause.ts";
import type {
  KubernetesList,
  KubernetesObject,
  ListerWatcher,
  ListOptions,
} from "../api/types.ts";

/** The source of the objects of a run; disposed when the run has ended. */
export interface InformerSource<T extends KubernetesObject>
  extends AsyncDisposable {
  /** Lists and watches them. */
  listerWatcher: ListerWatcher<T>;
}

/** What outlives a run. */
export interface RunTarget<T extends KubernetesObject> {
  /** The callbacks for the state of the run. */
  callbacks: InformerCallbacks<T>;
  /** The objects that callbacks have been called for. */
  table: ObjectTable<T>;
  /** Counts the failures of all runs. */
  backoff: StartBackoff;
}

/** The error of a watch, with the code as `statusCode` like client-node's. */
class WatchStatusError extends StatusError {
  readonly statusCode: number | undefined;

  constructor(cause: StatusError) {
    super(cause.status, { cause });
    this.statusCode = cause.code;
  }
}

/** A run of an informer, from a start to a stop. */
export class InformerRun<T extends KubernetesObject>
  implements AsyncDisposable {
  /**
   * Resolves when the callbacks have been called for the initial objects and
   * the watch is open, at the first failure, and when the run is stopped.
   */
  readonly ready: Promise<void>;
  readonly #source: InformerSource<T>;
  readonly #target: RunTarget<T>;
  readonly #informer: IndexerInformerWatcher<T>;
  #settle: () => void = () => {};
  #isStopped = false;
  #isWatching = false;
  #isInitialListDelivered = false;
  /** How long the first list waits after a failure of an earlier run. */
  #delayMs: number;

  /**
   * Starts a run. Its first request is sent when the backoff of earlier runs is
   * over.
   *
   * @param source The source of the objects.
   * @param options Options of the informer.
   * @param target The callbacks and the cache.
   */
  constructor(
    source: InformerSource<T>,
    options: InformerOptions<T>,
    target: RunTarget<T>,
  ) {
    this.#source = source;
    this.#target = target;
    this.ready = new Promise((resolve) => this.#settle = resolve);
    this.#delayMs = target.backoff.delayMs;
    this.#informer = new IndexerInformerWatcher<T>({
      list: (options) => this.#list(options),
      watch: async (options) => {
        const events = await source.listerWatcher.watch(options);
        this.#opened(options.signal);
        return events;
      },
    }, {
      ...options,
      watchList: false,
      onWatchError: (error) => this.#failed(error),
    });
    this.#deliver().catch((error: unknown) => this.#failed(error));
  }

  /** Stops the run and waits until it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    this.#informer.stop();
    this.#settle();
    await this.#informer.done;
    await this.#source[Symbol.asyncDispose]();
  }

  async #list(options: ListOptions): Promise<KubernetesList<T>> {
    const delayMs = this.#delayMs;
    this.#delayMs = 0;
    const { signal = new AbortController().signal } = options;
    if (delayMs > 0) await pause(delayMs, signal);
    return await this.#source.listerWatcher.list(options);
  }

  async #deliver(): Promise<void> {
    const { controller, indexer, events } = this.#informer;
    if (!await controller.synced || this.#isStopped) return;
    const { table } = this.#target;
    // The initial list is delivered as that many events.
    let initial = indexer.size;
    table.keep((object) => indexer.get(object) !== undefined);
    if (initial === 0) this.#initialListDelivered();
    for await (const event of events) {
      if (this.#isStopped) return;
      table.apply(event);
      if (--initial === 0) this.#initialListDelivered();
    }
  }

  #initialListDelivered(): void {
    this.#isInitialListDelivered = true;
    if (this.#isWatching) this.#connected();
  }

  #opened(signal: AbortSignal | undefined): void {
    // A watch may still open after it was aborted.
    if (signal?.aborted) return;
    this.#isWatching = true;
    if (this.#isInitialListDelivered) this.#connected();
  }

  /** The first time, this follows the callbacks for the initial list. */
  #connected(): void {
    this.#target.callbacks.emitState("connect");
    this.#settle();
  }

  #failed(error: unknown): void {
    // A new list recovers from these; client-node does not report them either.
    if (isExpiredOrGone(error) || error instanceof WatchEndedError) return;
    this.#target.backoff.failed(error);
    this.#target.callbacks.emitState("error", callbackError(error));
    this.#settle();
  }
}

/** Converts an error to what client-node passes to callbacks. */
function callbackError(error: unknown): unknown {
  const thrown = toClientNodeError(error);
  return thrown instanceof StatusError ? new WatchStatusError(thrown) : thrown;
}
