/**
 * Following the rollout of one object, over one watch that an informer keeps
 * going: each state that comes is judged as it is, so that a connection that
 * breaks, or a version that expires, ends nothing and repeats nothing.
 *
 * @module
 */

import { rolloutStatus } from "../conditions/_rollout_status.ts";
import { contextWithOptionalTimeout } from "../watch/context_with_optional_timeout.ts";
import type {
  ChangeEvent,
  KubernetesObject,
  ListerWatcher,
} from "../api/types.ts";
import { ConditionError } from "../watch/until_error.ts";
import { untilWithSync } from "../watch/until_with_sync.ts";
import {
  Beginning,
  INFORMER_OPTIONS,
  withoutManagedFields,
} from "./_startup_source.ts";
import { checkRevision } from "./_rollout_revision.ts";

/** How a rollout is followed. */
export interface FollowOptions {
  /** Ends it. */
  signal: AbortSignal;
  /** Longest that it may take; 0 for as long as it takes. */
  timeoutMs: number;
  /** Whether to wait until it is over. */
  watch: boolean;
  /** The revision that it has to be of; 0 for any. */
  revision: number;
  /** What is wrong with what is there at first, if anything. */
  check: (objects: readonly KubernetesObject[]) => Error | undefined;
  /** Told how far it is. */
  onStatus: (message: string) => void;
  /** Told of what failed and is tried again. */
  onRetry: (error: unknown) => void;
}

/**
 * Follows a rollout until it is over.
 *
 * @param source The one object.
 * @param options How.
 * @throws {Error} If it has failed, or cannot be told, in `kubectl`'s words.
 * @throws What cannot be begun with; the signal's reason.
 */
export async function followRollout(
  source: ListerWatcher,
  options: FollowOptions,
): Promise<void> {
  const { signal, timeoutMs, check } = options;
  const beginning = new Beginning(source);
  const failed = new AbortController();
  using time = contextWithOptionalTimeout(signal, timeoutMs);
  try {
    await untilWithSync(
      beginning,
      (store) => {
        const error = check(store.list());
        if (error !== undefined) throw error;
        return false;
      },
      (event) => {
        const isOver = judge(event, options);
        // Only now is a watch of any use.
        if (!isOver) beginning.listed();
        return isOver;
      },
      {
        ...INFORMER_OPTIONS,
        transform: withoutManagedFields,
        signal: AbortSignal.any([time.signal, failed.signal]),
        onWatchError(error) {
          if (beginning.isFinal(error)) failed.abort(error);
          else options.onRetry(error);
        },
      },
    );
  } catch (error) {
    signal.throwIfAborted();
    failed.signal.throwIfAborted();
    if (error instanceof ConditionError) throw error.cause;
    if (!time.signal.aborted) throw error;
    throw new Error("timed out waiting for the condition", { cause: error });
  }
}

/** Tells of a state; whether that was the last one. */
function judge(
  { type, object }: ChangeEvent,
  { watch, revision, onStatus }: FollowOptions,
): boolean {
  // One of the same name that comes after it is another one.
  if (type === "DELETED") throw new Error("object has been deleted");
  checkRevision(object, revision);
  const { done, message } = rolloutStatus(object);
  onStatus(message);
  return done || !watch;
}
