/**
 * A watch across invocations.
 *
 * Everything rests on one order: an event is handed on, then noted (position
 * and index), then saved. A kill in between repeats an event and never skips
 * one. A list is worked off the same way: until it is complete, the checkpoint
 * says so, and the next invocation compares its index with a new list, which
 * leaves exactly the rest.
 *
 * @module
 */

import { Backoff } from "../internal/backoff.ts";
import { warn } from "../internal/console.ts";
import { errorText } from "../internal/error_text.ts";
import { pause } from "../internal/pause.ts";
import { listAll, type WholeList } from "../cache/_list_all.ts";
import { checkSource } from "../api/_check_source.ts";
import type {
  ChangeEvent,
  KubernetesObject,
  Lister,
  ListerWatcher,
} from "../api/types.ts";
import { observedListerWatcher } from "../watch/_observed.ts";
import type { RetryWatcherOptions } from "../watch/retry_watcher_options.ts";
import { Budget } from "./_budget.ts";
import { BudgetedWatch } from "./_budgeted_watch.ts";
import { CheckpointKeeper } from "./_checkpoint_keeper.ts";
import { Delivery } from "./_delivery.ts";
import { HandedOnIndex, type IndexChange } from "./_handed_on_index.ts";
import { Ledger } from "./_ledger.ts";
import { checkResumeOptions } from "./_resume_watch_options.ts";
import { WatchedResource } from "./_watched_resource.ts";
import type { Checkpoint, CheckpointStore } from "./checkpoint.ts";
import {
  CheckpointConflictError,
  CheckpointExpiredError,
  CheckpointMismatchError,
  CheckpointStoreError,
} from "./checkpoint_errors.ts";

/** Options for {@linkcode resumeWatch}. */
export interface ResumeWatchOptions extends RetryWatcherOptions {
  /**
   * Ends the invocation: what has been handled is saved, and the promise
   * resolves. The handler's signal is aborted too; it has five more seconds.
   */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds after which the promise has settled, everything that has been
   * handled is saved, and no handler runs any more. It stops early enough for
   * that, and hands on no event that it could not have finished by the average
   * so far. No limit by default: give one, or a signal.
   */
  budgetMs?: number | undefined;
  /**
   * Where to begin without a checkpoint: with each existing object as ADDED, or
   * with the changes from now on.
   *
   * @default {"list"}
   */
  from?: "list" | "now" | undefined;
  /**
   * After how many events the checkpoint is saved. A kill repeats so many at
   * most. It is always saved at the end.
   *
   * @default {1}
   */
  saveEvery?: number | undefined;
  /**
   * Whether the checkpoint is also saved before an object is handed on for the
   * first time. Without that, an object is forgotten if the invocation is
   * killed between handling and saving, the object is deleted, and the version
   * expires, all three before the next invocation: its deletion is not handed
   * on then.
   *
   * @default {false}
   */
  saveAhead?: boolean | undefined;
  /**
   * Whether the checkpoint keeps which objects have been handed on, at which
   * version. Without that an expired version is a `CheckpointExpiredError`.
   * What a checkpoint began with, it stays with.
   *
   * @default {true}
   */
  index?: boolean | undefined;
  /**
   * What to do with an event at which the handler fails: end with a
   * `HandlerError`, or pass over it.
   *
   * @default {"stop"}
   */
  onPoison?: "stop" | "skip" | undefined;
  /**
   * How often the handler is called for an event before it counts as failed: 1
   * by default, 3 with `onPoison: "skip"`.
   */
  attempts?: number | undefined;
}

/** What an invocation has done. */
export interface ResumeWatchResult {
  /** How many events have been handled. */
  handled: number;
  /** The version up to which everything has been handled, and saved. */
  resourceVersion: string;
  /**
   * Whether nothing was left to hand on when the server was heard last. False
   * also where that is not known.
   */
  caughtUp: boolean;
  /** Whether the checkpoint was compared with a list. */
  relisted: boolean;
  /** How many events have been passed over, with `onPoison: "skip"`. */
  skipped: number;
}

/**
 * Handles an event of {@linkcode resumeWatch}.
 *
 * @typeParam T Type of the objects.
 */
export type ResumeWatchHandler<T extends KubernetesObject = KubernetesObject> =
  (event: ChangeEvent<T>, signal: AbortSignal) => void | Promise<void>;

/**
 * Hands on every change of a resource since the last invocation, in order, for
 * as long as the budget or the signal allow, and saves how far it has come.
 *
 * - Each event is handed on at least once: where an invocation is killed
 *   between handling and saving, once more. A handler that keys by UID and
 *   version, or saves its effect together with the checkpoint, makes that
 *   exactly once.
 * - The first time, each existing object is ADDED; see
 *   {@linkcode ResumeWatchOptions.from}.
 * - Where the version of the checkpoint has expired, or the server has been
 *   restored from a backup and is behind it, a list is compared with the index
 *   of the checkpoint. The difference is handed on, deletions first; a deleted
 *   object then has only what the index knows: name, namespace and UID.
 * - Of two invocations at once, one ends with a `CheckpointConflictError` at
 *   its next save, and hands on nothing more.
 * - Lost connections and failures of the server are retried, as by
 *   `RetryWatcher`. A resource that cannot be listed or watched is an error.
 *
 * Where watches live long, use `RetryWatcher` or `IndexerInformerWatcher`.
 *
 * @typeParam T Type of the objects.
 * @param listerWatcher Lists and watches the resource. A `RestListerWatcher`
 *   also tells whether the checkpoint is about another resource or cluster.
 * @param checkpoints Keeps the checkpoint.
 * @param handler Called with each event, one at a time. Its signal is aborted
 *   when the time is over.
 * @param options The budget, the signal, and how to begin, to save and to fail.
 * @returns What has been done.
 * @throws {CheckpointConflictError} If another invocation has saved.
 * @throws {CheckpointExpiredError} If the version cannot be continued from, and
 *   there is no index.
 * @throws {CheckpointMismatchError} If the checkpoint is about another resource
 *   or cluster, of a newer format, or damaged.
 * @throws {CheckpointStoreError} If the store fails or is too slow.
 * @throws {HandlerError} If the handler fails.
 * @throws {StatusError} If the server refuses for good.
 * @throws {ConnectionError} If the server has not answered in the whole time.
 * @throws {RangeError} If an option is out of range.
 * @throws {TypeError} If `listerWatcher` cannot list or watch.
 *
 * @example What has changed since the last invocation
 * ```ts
 * import {
 *   MemoryCheckpointStore,
 *   resumeWatch,
 * } from "@watchtools/kube/serverless";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const pods = new FakeListerWatcher();
 * const web = pods.add({ metadata: { name: "web" } });
 * const store = new MemoryCheckpointStore();
 * const seen: string[] = [];
 * const invocation = () =>
 *   resumeWatch(pods, store, ({ type, object }) => {
 *     seen.push(`${type} ${object.metadata?.name}`);
 *   }, { budgetMs: 1_000 });
 *
 * await invocation();
 * pods.add({ metadata: { name: "api" } });
 * pods.delete(web);
 * const { handled, caughtUp } = await invocation();
 *
 * assertEquals(seen, ["ADDED web", "ADDED api", "DELETED web"]);
 * assertEquals({ handled, caughtUp }, { handled: 2, caughtUp: true });
 * ```
 */
export async function resumeWatch<
  T extends KubernetesObject = KubernetesObject,
>(
  listerWatcher: ListerWatcher<T>,
  checkpoints: CheckpointStore,
  handler: ResumeWatchHandler<T>,
  options: ResumeWatchOptions = {},
): Promise<ResumeWatchResult> {
  checkSource(listerWatcher, "list", "watch");
  checkResumeOptions(options);
  using budget = new Budget(options.budgetMs ?? Infinity, options.signal);
  const keeper = new CheckpointKeeper(checkpoints, budget);
  const invocation = new Invocation(listerWatcher, handler, {
    options,
    budget,
    keeper,
  });
  return await invocation.run();
}

/** One invocation. */
class Invocation<T extends KubernetesObject> {
  readonly #source: ListerWatcher<T>;
  readonly #options: ResumeWatchOptions;
  readonly #budget: Budget;
  readonly #keeper: CheckpointKeeper;
  readonly #resource: WatchedResource;
  readonly #ledger: Ledger;
  readonly #delivery: Delivery<T>;
  readonly #listBackoff: Backoff;
  /** The checkpoint that it began with. */
  #loaded: Checkpoint | undefined;
  #isVerified = false;
  #lists = 0;
  #handled = 0;
  #skipped = 0;
  #relisted = false;
  #caughtUp = false;

  constructor(
    source: ListerWatcher<T>,
    handler: ResumeWatchHandler<T>,
    { options, budget, keeper }: InvocationParts,
  ) {
    const { saveEvery = 1, index = true } = options;
    const { minRestartDelayMs = 1_000, maxRestartDelayMs = 30_000 } = options;
    this.#listBackoff = new Backoff({
      minMs: minRestartDelayMs,
      maxMs: maxRestartDelayMs,
    });
    this.#source = source;
    this.#options = options;
    this.#budget = budget;
    this.#keeper = keeper;
    this.#resource = new WatchedResource(source);
    this.#delivery = new Delivery(handler, budget, options);
    this.#ledger = new Ledger({
      keeper,
      resource: this.#resource,
      saveEvery,
      keepsIndex: index,
    });
  }

  async run(): Promise<ResumeWatchResult> {
    if (!this.#budget.signal.aborted) {
      await this.#load();
      try {
        await this.#follow();
      } catch (error) {
        // A request that was given up because the time was over.
        const { signal } = this.#budget;
        const isOver = signal.aborted && error === signal.reason;
        if (!isOver) {
          await this.#saveAfter(error);
          throw error;
        }
      }
      await this.#saveAtEnd();
    }
    return {
      handled: this.#handled,
      resourceVersion: this.#keeper.current?.resourceVersion ?? "",
      caughtUp: this.#caughtUp,
      relisted: this.#relisted,
      skipped: this.#skipped,
    };
  }

  async #load(): Promise<void> {
    const checkpoint = await this.#keeper.load();
    if (checkpoint === undefined) return;
    this.#resource.check(checkpoint);
    if (checkpoint.startedAt !== undefined) {
      throw new CheckpointMismatchError(
        "Cannot use the checkpoint: it is one of resumeWait; give each wait a checkpoint of its own",
      );
    }
    this.#ledger.resume(checkpoint);
    this.#loaded = checkpoint;
  }

  /** Lists where it has to, and watches, until the time is over. */
  async #follow(): Promise<void> {
    while (!this.#budget.signal.aborted) {
      if (this.#ledger.index?.complete === false) {
        if (!await this.#handOnList()) return;
      }
      const cause = await this.#watch();
      if (cause === undefined) return;
      await this.#mustCompare(cause);
    }
  }

  async #mustCompare(cause: unknown): Promise<void> {
    this.#caughtUp = false;
    const { index, position } = this.#ledger;
    if (index === undefined) {
      // On another cluster, its version means nothing.
      if (!this.#isVerified) await this.#isVerifiable();
      throw new CheckpointExpiredError(
        `Cannot continue from version ${position}: ${
          errorText(cause)
        }; begin again with a new checkpoint, which can keep an index`,
        { cause },
      );
    }
    this.#ledger.mustCompare(index);
  }

  /** Returns whether all of it has been handed on. */
  async #handOnList(): Promise<boolean> {
    const list = await this.#list();
    if (list === undefined) return false;
    const index = this.#ledger.index ??= new HandedOnIndex();
    const isFirst = this.#loaded === undefined && this.#lists === 1;
    this.#relisted ||= !isFirst;
    await this.#verify(list.items[0]);
    if (isFirst && this.#options.from === "now") {
      for (const item of list.items) index.set(item);
    } else {
      if (!await this.#handOnChanges(index, list.items)) return false;
    }
    this.#ledger.listed(index, list.resourceVersion);
    this.#caughtUp = true;
    await this.#ledger.save();
    return true;
  }

  /** Returns whether all of them have been handed on. */
  async #handOnChanges(
    index: HandedOnIndex,
    items: readonly T[],
  ): Promise<boolean> {
    const changes = [...index.changesTo(items)];
    await this.#announce(
      changes.flatMap((change) =>
        change.type === "ADDED" && !change.replaces ? [change.object] : []
      ),
    );
    const [{ apiVersion, kind } = {}] = items;
    for (const change of changes) {
      // With the last one, the completed list is saved.
      await this.#ledger.saveIfDue();
      if (change.type === "ADDED" && change.replaces) {
        await this.#announce([change.object]);
      }
      const event = eventOf(change, { apiVersion, kind });
      if (!await this.#handOn(event)) return false;
    }
    return true;
  }

  /** Undefined when the caller has aborted. */
  async #list(): Promise<WholeList<T> | undefined> {
    const { minRestartDelayMs, maxRestartDelayMs, budgetMs } = this.#options;
    const { signal } = this.#budget;
    let lastError: unknown;
    try {
      // Where each list has expired at once, they must not come in a loop.
      if (++this.#lists > 2) await pause(this.#listBackoff.next(), signal);
      return await listAll(this.#lister(), {
        signal,
        pageSize: this.#needsOnlyVersion() ? 1 : undefined,
        minRestartDelayMs,
        maxRestartDelayMs,
        onRetry: (error) => lastError = error,
      });
    } catch (error) {
      if (!signal.aborted) throw error;
      if (this.#budget.isAborted) return undefined;
      throw lastError ?? new DOMException(
        `The list was not complete within the budget of ${budgetMs} ms: give it more time`,
        "TimeoutError",
      );
    }
  }

  #needsOnlyVersion(): boolean {
    const { from, index } = this.#options;
    return this.#loaded === undefined && from === "now" && index === false;
  }

  #lister(): Lister<T> {
    const source = observedListerWatcher(
      this.#source,
      this.#options.observer,
    );
    if (!this.#needsOnlyVersion()) return source;
    return {
      list: async (options) => {
        const { metadata, ...list } = await source.list(options);
        return { ...list, metadata: { ...metadata, continue: "" } };
      },
    };
  }

  /** Returns why the version is gone; undefined when the time is over. */
  async #watch(): Promise<unknown> {
    const { position } = this.#ledger;
    using watch = new BudgetedWatch<T>({
      source: this.#source,
      resourceVersion: position,
      isFresh: this.#lists > 0,
      budget: this.#budget,
      options: this.#options,
    });
    for (;;) {
      const step = await watch.next();
      if (step.kind === "gone") return step.cause;
      if (step.kind === "moved") {
        this.#ledger.moveTo(step.resourceVersion);
        await this.#verify(undefined);
        await this.#ledger.save();
        continue;
      }
      if (step.kind === "over") {
        this.#ledger.moveTo(watch.resourceVersion);
        return await this.#finish(watch);
      }
      await this.#verify(step.event.object);
      const { event } = step;
      if (event.type === "ADDED") await this.#announce([event.object]);
      if (!await this.#handOn(event, step.resourceVersion)) return;
      await this.#ledger.saveIfDue();
    }
  }

  async #finish(watch: BudgetedWatch<T>): Promise<void> {
    const finished = await watch.finish(this.#ledger.position);
    this.#caughtUp = finished === true;
    // There is no time left for a list: the next invocation begins with one.
    if (finished instanceof Error) await this.#mustCompare(finished);
  }

  async #announce(objects: readonly T[]): Promise<void> {
    if (this.#options.saveAhead) await this.#ledger.announce(objects);
  }

  /** Returns whether there may be another. */
  async #handOn(
    event: ChangeEvent<T>,
    resourceVersion?: string,
  ): Promise<boolean> {
    this.#caughtUp = false;
    const entry = this.#ledger.entryOf(event);
    const outcome = await this.#delivery.handOn(event);
    if (outcome === "unhandled") return false;
    if (outcome === "handled") this.#handled++;
    else this.#skipped++;
    if (resourceVersion !== undefined) this.#ledger.moveTo(resourceVersion);
    this.#ledger.handled(entry);
    return true;
  }

  /** Before anything is handed on or saved: is this what was watched before? */
  async #verify(object: T | undefined): Promise<void> {
    if (this.#isVerified) return;
    if (object !== undefined) this.#resource.learnFrom(object);
    await this.#resource.askForCluster(this.#budget.signal);
    if (this.#loaded !== undefined) this.#resource.check(this.#loaded);
    this.#isVerified = true;
  }

  async #saveAtEnd(): Promise<void> {
    const { hasMoved, hasUnsaved } = this.#ledger;
    if (!hasMoved) return await this.#verifyQuiet();
    if (!this.#isVerified && !hasUnsaved) {
      // Not worth a failure: all that is not saved is a bookmark.
      if (this.#budget.isAborted || !await this.#isVerifiable()) return;
    }
    await this.#ledger.save();
  }

  /** Another cluster may be quiet for ever, with all of this one unseen. */
  async #verifyQuiet(): Promise<void> {
    const isAsked = this.#isVerified || this.#loaded?.cluster === undefined;
    if (!isAsked && !this.#budget.isAborted) await this.#isVerifiable();
  }

  async #isVerifiable(): Promise<boolean> {
    const abort = new AbortController();
    try {
      await this.#budget.within(
        this.#resource.askForCluster(abort.signal),
        () => new Error("there is no time left"),
        this.#budget.savingMs,
      );
    } catch {
      return false;
    } finally {
      abort.abort();
    }
    await this.#verify(undefined);
    return true;
  }

  /** What has been handled stays handled, also where the rest has failed. */
  async #saveAfter(error: unknown): Promise<void> {
    const isAboutCheckpoint = error instanceof CheckpointConflictError ||
      error instanceof CheckpointMismatchError ||
      error instanceof CheckpointStoreError;
    if (isAboutCheckpoint || !this.#ledger.hasUnsaved) return;
    try {
      await this.#ledger.save();
    } catch (failure) {
      warn(
        `resumeWatch could not save what it had handled before it failed: ${
          errorText(failure)
        }`,
      );
    }
  }
}

/** What an invocation is made of. */
interface InvocationParts {
  readonly options: ResumeWatchOptions;
  readonly budget: Budget;
  readonly keeper: CheckpointKeeper;
}

/** The event for a difference between an index and a list. */
function eventOf<T extends KubernetesObject>(
  change: IndexChange<T>,
  type: Pick<KubernetesObject, "apiVersion" | "kind">,
): ChangeEvent<T> {
  if (change.type !== "DELETED") {
    return { type: change.type, object: change.object };
  }
  const { name, namespace, uid } = change;
  const object: KubernetesObject = {
    ...(type.apiVersion === undefined ? {} : { apiVersion: type.apiVersion }),
    ...(type.kind === undefined ? {} : { kind: type.kind }),
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
    },
  };
  // The documentation says that this is all that is left of it.
  return { type: "DELETED", object: object as T };
}
