/**
 * A wait across invocations. What is waited for is a state, so each invocation
 * looks at the current one; kept is only when the wait began, and for a wait
 * that objects are gone, which objects those are.
 *
 * @module
 */

import { checkSource } from "../api/_check_source.ts";
import { checkCondition } from "../conditions/_check_condition.ts";
import { isMet } from "../conditions/_safe_evaluation.ts";
import type { Condition } from "../conditions/condition.ts";
import { uidOf } from "../api/_untrusted.ts";
import type {
  KubernetesList,
  KubernetesObject,
  ListerWatcher,
  WatchEvent,
} from "../api/types.ts";
import { listAll } from "../cache/_list_all.ts";
import { checkDurations } from "../internal/durations.ts";
import { pullStream } from "../internal/pull_stream.ts";
import { cancelQuietly } from "../internal/abort.ts";
import { startTimer } from "../internal/timer.ts";
import { observedListerWatcher } from "../watch/_observed.ts";
import { selectFrom } from "../watch/_wait_selection.ts";
import {
  ConditionNotMetError,
  type WaitProgress,
} from "../watch/condition_not_met_error.ts";
import { WaitInterruptedError } from "../watch/until_error.ts";
import { waitFor, type WaitForOptions } from "../watch/wait_for.ts";
import { Budget } from "./_budget.ts";
import { CheckpointKeeper } from "./_checkpoint_keeper.ts";
import { HandedOnIndex } from "./_handed_on_index.ts";
import { WatchedResource } from "./_watched_resource.ts";
import {
  type Checkpoint,
  CHECKPOINT_FORMAT,
  type CheckpointStore,
} from "./checkpoint.ts";
import { CheckpointMismatchError } from "./checkpoint_errors.ts";

/**
 * Options for {@linkcode resumeWait}.
 *
 * @typeParam T Type of the objects.
 */
export interface ResumeWaitOptions<
  T extends KubernetesObject = KubernetesObject,
> extends WaitForOptions<T> {
  /** Ends the invocation: it resolves with `"pending"`. */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds after which this invocation has ended. No limit by default.
   */
  budgetMs?: number | undefined;
  /**
   * Milliseconds after the start of the first invocation after which the whole
   * wait is over. 0 and `Infinity`: never.
   *
   * @default {0}
   */
  timeoutMs?: number | undefined;
}

/**
 * How far a wait is.
 *
 * @typeParam T Type of the objects.
 */
export type ResumeWaitResult<T extends KubernetesObject = KubernetesObject> =
  | {
    /** The condition is met. */
    readonly state: "met";
    /** The objects that meet it, as `waitFor` returns them. */
    readonly objects: T[];
    /** Milliseconds since the first invocation began. */
    readonly elapsedMs: number;
  }
  | {
    /** Not met yet: invoke it again; or not met in time. */
    readonly state: "pending" | "timedOut";
    /** Why it is not met, on one line. */
    readonly reason: string;
    /** How many objects meet it, and why the others do not. */
    readonly progress: WaitProgress<T>;
    /** Milliseconds since the first invocation began. */
    readonly elapsedMs: number;
  };

/**
 * Waits until objects meet a condition, as `waitFor`, over as many invocations
 * as it takes.
 *
 * - Each invocation looks at the current state, and waits as long as its budget
 *   or signal allow.
 * - The timeout counts from the first invocation. One that comes later looks
 *   once more: what is met by then is met.
 * - A condition about being gone (`isDeleted`) is about the objects that the
 *   first invocation has found.
 * - Each wait needs a checkpoint of its own.
 *
 * @typeParam T Type of the objects.
 * @param listerWatcher Lists and watches the objects.
 * @param condition What is waited for.
 * @param checkpoints Keeps when the wait began.
 * @param options Which objects, how many, and for how long.
 * @returns Whether it is met, and why not.
 * @throws {CheckpointMismatchError} If the checkpoint is about another resource
 *   or cluster, is one of `resumeWatch`, has a newer format or is damaged.
 * @throws {CheckpointConflictError} If two first invocations run at once.
 * @throws {CheckpointStoreError} If the store fails or is too slow.
 * @throws {ConditionError} If the condition throws, as in `waitFor`: it cannot be
 *   met any more.
 * @throws {StatusError} If the first list, or the first watch, is refused.
 * @throws {RangeError} If a duration is negative or NaN, or `count` is not a
 *   positive integer.
 * @throws {TypeError} If `listerWatcher` cannot list or watch, or `condition` is
 *   not a `Condition`.
 *
 * @example A rollout that takes longer than a function may run
 * ```ts
 * import {
 *   MemoryCheckpointStore,
 *   resumeWait,
 * } from "@watchtools/kube/serverless";
 * import { isPodRunning } from "@watchtools/kube";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assert, assertEquals } from "@std/assert";
 *
 * interface Pod {
 *   metadata: { name: string };
 *   status?: { phase: string };
 * }
 * const pod: Pod = { metadata: { name: "web" } };
 * const pods = new FakeListerWatcher<Pod>({ objects: [pod] });
 * const checkpoints = new MemoryCheckpointStore();
 * const invocation = () =>
 *   resumeWait(pods, isPodRunning(), checkpoints, {
 *     budgetMs: 500,
 *     timeoutMs: 600_000,
 *   });
 *
 * const first = await invocation();
 * assert(first.state === "pending");
 * assertEquals(first.progress.pending[0]?.why, "no phase");
 *
 * pods.modify({ ...pod, status: { phase: "Running" } });
 * assertEquals((await invocation()).state, "met");
 * ```
 */
export async function resumeWait<
  T extends KubernetesObject = KubernetesObject,
>(
  listerWatcher: ListerWatcher<T>,
  condition: Condition<T>,
  checkpoints: CheckpointStore,
  options: ResumeWaitOptions<T> = {},
): Promise<ResumeWaitResult<T>> {
  const { budgetMs = Infinity, timeoutMs = 0, signal } = options;
  checkSource(listerWatcher, "list", "watch");
  checkCondition(condition);
  checkDurations({ budgetMs, timeoutMs });
  using budget = new Budget(budgetMs, signal);
  const wait = new Wait(listerWatcher, condition, options);
  const start = await wait.start(new CheckpointKeeper(checkpoints, budget), {
    signal: budget.signal,
  });
  return await wait.run(start, budget);
}

/** When a wait began, and on which objects where that matters. */
interface WaitStart {
  readonly startedAt: number;
  readonly uids: ReadonlySet<string> | undefined;
}

class Wait<T extends KubernetesObject> {
  readonly #source: ListerWatcher<T>;
  readonly #condition: Condition<T>;
  readonly #options: ResumeWaitOptions<T>;
  readonly #isAboutBeingGone: boolean;

  constructor(
    source: ListerWatcher<T>,
    condition: Condition<T>,
    options: ResumeWaitOptions<T>,
  ) {
    this.#source = source;
    this.#condition = condition;
    this.#options = options;
    this.#isAboutBeingGone = isMet(condition, undefined);
  }

  /** Finds out when the wait began, or begins it. */
  async start(
    keeper: CheckpointKeeper,
    { signal }: { signal: AbortSignal },
  ): Promise<WaitStart> {
    const resource = new WatchedResource(this.#source);
    const loaded = await keeper.load();
    if (loaded === undefined || loaded.cluster !== undefined) {
      await resource.askForCluster(signal);
    }
    if (loaded !== undefined) {
      resource.check(loaded);
      return startOf(loaded, this.#isAboutBeingGone);
    }
    const startedAt = Date.now();
    const index = new HandedOnIndex();
    if (this.#isAboutBeingGone) {
      const selected = selectFrom(this.#source, this.#options);
      const { items } = await listAll(
        observedListerWatcher(selected, this.#options.observer),
        { signal, onRetry: () => {} },
      );
      for (const item of items) index.set(item);
    }
    const checkpoint: Checkpoint = {
      format: CHECKPOINT_FORMAT,
      ...resource.identity,
      resourceVersion: "",
      index: index.toCheckpoint(),
      startedAt,
    };
    await keeper.save(checkpoint);
    return startOf(checkpoint, this.#isAboutBeingGone);
  }

  /** Waits as long as there is time. */
  async run(
    { startedAt, uids }: WaitStart,
    budget: Budget,
  ): Promise<ResumeWaitResult<T>> {
    const { timeoutMs = 0, onProgress } = this.#options;
    const endsAt = timeoutMs === 0 ? Infinity : startedAt + timeoutMs;
    const remainingMs = endsAt - Date.now();
    const stop = new AbortController();
    const onAbort = () => stop.abort(budget.signal.reason);
    if (budget.signal.aborted) onAbort();
    budget.signal.addEventListener("abort", onAbort, { once: true });
    const timer = remainingMs > 0
      ? startTimer(() => stop.abort(), remainingMs)
      : undefined;
    const source = uids === undefined ? this.#source : only(this.#source, uids);
    try {
      const objects = await waitFor(source, this.#condition, {
        ...this.#options,
        signal: stop.signal,
        timeoutMs: 0,
        onProgress: (progress) => {
          onProgress?.(progress);
          // Too late to wait, not to look: it is known now what is there.
          if (remainingMs <= 0) startTimer(() => stop.abort(), 0);
        },
      });
      return { state: "met", objects, elapsedMs: Date.now() - startedAt };
    } catch (error) {
      if (!(error instanceof ConditionNotMetError)) throw error;
      const { progress } = error;
      const reason = reasonOf(error);
      const elapsedMs = Date.now() - startedAt;
      const state = Date.now() >= endsAt ? "timedOut" : "pending";
      return { state, reason, progress, elapsedMs };
    } finally {
      timer?.clear();
      budget.signal.removeEventListener("abort", onAbort);
    }
  }
}

/**
 * What the error says of the objects: not that the invocation was interrupted,
 * which a wait that is pending always is.
 */
function reasonOf({ cause, message }: ConditionNotMetError): string {
  const interrupted = new WaitInterruptedError({ cause }).message;
  return message.slice(`${interrupted}: `.length);
}

function startOf(
  { startedAt, index }: Checkpoint,
  isAboutBeingGone: boolean,
): WaitStart {
  if (startedAt === undefined || index === undefined) {
    throw new CheckpointMismatchError(
      "Cannot use the checkpoint: it is one of resumeWatch; give each wait a checkpoint of its own",
    );
  }
  if (!isAboutBeingGone) return { startedAt, uids: undefined };
  const uids = new Set<string>();
  for (const change of HandedOnIndex.from(index).changesTo([])) {
    if (change.type === "DELETED" && change.uid) uids.add(change.uid);
  }
  return { startedAt, uids };
}

/** Narrows a source to objects with some UIDs. */
function only<T extends KubernetesObject>(
  source: ListerWatcher<T>,
  uids: ReadonlySet<string>,
): ListerWatcher<T> & { fieldSelector: unknown } {
  const isWanted = (object: unknown) => uids.has(uidOf(object) ?? "");
  return {
    // What a wait selects by is added to it.
    fieldSelector: Reflect.get(source, "fieldSelector"),
    list: async (options): Promise<KubernetesList<T>> => {
      const list = await source.list(options);
      return { ...list, items: list.items.filter(isWanted) };
    },
    watch: async (options) => {
      const events = await source.watch(options);
      return filtered(
        events,
        (event) =>
          event.type === "BOOKMARK" || event.type === "ERROR" ||
          isWanted(event.object),
      );
    },
  };
}

function filtered<T extends KubernetesObject>(
  events: ReadableStream<WatchEvent<T>>,
  isWanted: (event: WatchEvent<T>) => boolean,
): ReadableStream<WatchEvent<T>> {
  const reader = events.getReader();
  const { stream, controller } = pullStream<WatchEvent<T>>({
    pull: async (): Promise<void> => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        if (isWanted(value)) return controller.enqueue(value);
      }
    },
    cancel: (reason) => cancelQuietly(reader, reason),
  });
  return stream;
}
