/**
 * One run of an informer behind client-node's interface, from a start to a
 * stop: an `IndexerInformerWatcher` whose events become callbacks.
 *
 * @module
 */

import type { InformerCallbacks } from "./_informer_callbacks.ts";
import type { ObjectTable } from "./_told_objects.ts";
import { asThrown } from "./_errors.ts";
import {
  IndexerInformerWatcher,
  type InformerOptions,
} from "../watch/indexer_informer_watcher.ts";
import { StatusError } from "../api/status_error.ts";
import { isExpiredOrGone } from "../api/status_predicates.ts";
import type { KubernetesObject, ListerWatcher } from "../api/types.ts";

/** Where the objects of a run come from; disposed of when it has ended. */
export interface InformerSource<T extends KubernetesObject>
  extends AsyncDisposable {
  /** Lists and watches them. */
  listerWatcher: ListerWatcher<T>;
}

/** What a run works on. */
export interface RunTarget<T extends KubernetesObject> {
  /** What is called. */
  callbacks: InformerCallbacks<T>;
  /** What the callbacks have been told of. */
  table: ObjectTable<T>;
}

/** A watch's failure: client-node calls the code `statusCode` there. */
class WatchStatusError extends StatusError {
  readonly statusCode: number | undefined;

  constructor(cause: StatusError) {
    super(cause.status, { cause });
    this.statusCode = cause.code;
  }
}

/** A run. */
export class InformerRun<T extends KubernetesObject>
  implements AsyncDisposable {
  /**
   * Resolves when the first objects have been told of and they are watched, at
   * the first failure, and when the run is stopped.
   */
  readonly ready: Promise<void>;
  readonly #source: InformerSource<T>;
  readonly #target: RunTarget<T>;
  readonly #informer: IndexerInformerWatcher<T>;
  #settle: () => void = () => {};
  #isStopped = false;
  #isWatching = false;
  #isSeeded = false;

  /**
   * Starts.
   *
   * @param source Where the objects come from.
   * @param options How to go about it.
   * @param target What to work on.
   */
  constructor(
    source: InformerSource<T>,
    options: InformerOptions<T>,
    target: RunTarget<T>,
  ) {
    this.#source = source;
    this.#target = target;
    this.ready = new Promise((resolve) => this.#settle = resolve);
    const { listerWatcher } = source;
    this.#informer = new IndexerInformerWatcher<T>({
      list: (options) => listerWatcher.list(options),
      watch: async (options) => {
        const events = await listerWatcher.watch(options);
        this.#opened(options.signal);
        return events;
      },
    }, {
      ...options,
      watchList: false,
      onWatchError: (error) => this.#failed(error),
    });
    void this.#deliver();
  }

  /** Stops, and waits until nothing of it runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    this.#informer.stop();
    this.#settle();
    await this.#informer.done;
    await this.#source[Symbol.asyncDispose]();
  }

  async #deliver(): Promise<void> {
    const { controller, indexer, events } = this.#informer;
    if (!await controller.synced || this.#isStopped) return;
    const { table } = this.#target;
    // As many events tell of the objects of the first list.
    let seeds = indexer.size;
    table.keep((object) => indexer.get(object) !== undefined);
    if (seeds === 0) this.#seeded();
    for await (const event of events) {
      if (this.#isStopped) return;
      table.apply(event);
      if (--seeds === 0) this.#seeded();
    }
  }

  #seeded(): void {
    this.#isSeeded = true;
    if (this.#isWatching) this.#connected();
  }

  #opened(signal: AbortSignal | undefined): void {
    // A watch that has been given up may still be answered.
    if (signal?.aborted) return;
    this.#isWatching = true;
    if (this.#isSeeded) this.#connected();
  }

  /** The first time, that comes after all that the first list has to tell. */
  #connected(): void {
    this.#target.callbacks.tellState("connect");
    this.#settle();
  }

  #failed(error: unknown): void {
    // What is mended by a list is no error to client-node either.
    if (isExpiredOrGone(error)) return;
    this.#target.callbacks.tellState("error", shown(error));
    this.#settle();
  }
}

/** A failure as a callback knows it from client-node. */
function shown(error: unknown): unknown {
  const thrown = asThrown(error);
  return thrown instanceof StatusError ? new WatchStatusError(thrown) : thrown;
}
