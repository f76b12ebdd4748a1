/**
 * What every wait by state runs on, that of the library as that of the command
 * line: `untilWithSync` over a source that has just begun, and a judge who says
 * when it is enough.
 *
 * @module
 */

import type {
  ChangeEvent,
  KubernetesObject,
  ListerWatcher,
} from "../api/types.ts";
import type { Store } from "../cache/store.ts";
import { type StartupOptions, StartupSource } from "./_startup_source.ts";
import { contextWithOptionalTimeout } from "./context_with_optional_timeout.ts";
import type { InformerOptions } from "./indexer_informer_watcher.ts";
import { untilWithSync } from "./until_with_sync.ts";
import { VanishedSource } from "./_vanished_source.ts";

/**
 * Decides when a wait is over. What it throws ends the wait with a
 * `ConditionError`.
 *
 * @typeParam T Type of the objects.
 */
export interface WaitJudge<T extends KubernetesObject> {
  /**
   * Judges what there is at first, once all of it is listed.
   *
   * @param store The cache, which is kept current from now on.
   * @returns Whether that is enough.
   */
  listed(store: Store<T>): boolean;
  /**
   * Judges a change of the cache. The first changes are an ADDED for each object
   * of the first list.
   *
   * @param event The change.
   * @returns Whether it is enough now.
   */
  changed(event: ChangeEvent<T>): boolean;
}

/**
 * How a wait is run.
 *
 * @typeParam T Type of the objects.
 */
export interface WaitSessionOptions<T extends KubernetesObject>
  extends
    StartupOptions,
    Omit<InformerOptions<T>, "onWatchError" | "watchList"> {
  /** Milliseconds after which the wait ends; 0, the default: never. */
  readonly timeoutMs?: number | undefined;
  /** Called with each failure that is followed by another try. */
  readonly onRetry: (error: unknown) => void;
}

/** What a wait is aborted with that cannot begin; the cause is why. */
class StartupFailure extends Error {}

/**
 * Waits until a judge says that it is enough.
 *
 * @typeParam T Type of the objects.
 * @param source Lists and watches the objects.
 * @param judge Decides.
 * @param options How long, and how.
 * @throws {WaitInterruptedError} If the time is over, or the signal is aborted.
 * @throws {ConditionError} If the judge throws.
 * @throws {Error} If the first list, or the first watch, has failed and retrying
 *   cannot fix that: that failure as it is.
 */
export async function runWaitSession<T extends KubernetesObject>(
  source: ListerWatcher<T>,
  judge: WaitJudge<T>,
  options: WaitSessionOptions<T>,
): Promise<void> {
  const { signal, timeoutMs = 0, onRetry } = options;
  // Compiled for Node.js 22, `using` would take more than this whole module.
  const context = contextWithOptionalTimeout(signal, timeoutMs);
  const lasting = new VanishedSource(source, options.hasWorked === true);
  const startup = new StartupSource(lasting, options);
  try {
    await untilWithSync(
      startup,
      (store) => {
        const isEnough = judge.listed(store);
        if (!isEnough) startup.letWatch();
        return isEnough;
      },
      (event) => judge.changed(event),
      {
        ...options,
        signal: context.signal,
        // A LIST tells a refusal from a server that merely knows no WatchList,
        // and is never slow to find that out.
        watchList: false,
        onWatchError(error) {
          if (!startup.isPermanent(error)) return onRetry(error);
          context.cancel(new StartupFailure("cannot begin", { cause: error }));
        },
      },
    );
  } catch (error) {
    const { reason } = context.signal;
    throw reason instanceof StartupFailure ? reason.cause : error;
  } finally {
    context.cancel();
  }
}
