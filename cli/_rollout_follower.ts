/**
 * Following the rollout of one object, over one watch that an informer keeps
 * going: each state that comes is judged as it is, so that a connection that
 * breaks, or a version that expires, does not end or repeat anything.
 *
 * @module
 */

import { askWithoutManagedFields } from "../api/_managed_fields_option.ts";
import {
  type RolloutStatus,
  rolloutStatus,
} from "../conditions/_rollout_status.ts";
import type { KubernetesObject, ListerWatcher } from "../api/types.ts";
import { runWaitSession, type WaitJudge } from "../watch/_wait_session.ts";
import { ConditionError, WaitInterruptedError } from "../watch/until_error.ts";
import { checkRevision } from "./_rollout_revision.ts";
import { INFORMER_OPTIONS, withoutManagedFields } from "./_watch_settings.ts";

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
  /** Called with each state of the rollout, in words. */
  onStatus: (message: string) => void;
  /** Called with each failure that is followed by another try. */
  onRetry: (error: unknown) => void;
}

/**
 * Follows a rollout until it is over.
 *
 * @param source The one object.
 * @param options How.
 * @throws {Error} If the rollout has failed, or its state cannot be found out, in
 *   `kubectl`'s words.
 * @throws A failure at the start that retrying cannot fix; the signal's reason.
 */
export async function followRollout(
  source: ListerWatcher,
  options: FollowOptions,
): Promise<void> {
  const { signal, timeoutMs, onRetry } = options;
  try {
    const asked = askWithoutManagedFields(source);
    await runWaitSession(asked, rolloutJudge(options), {
      ...INFORMER_OPTIONS,
      transform: withoutManagedFields,
      signal,
      timeoutMs,
      expectsAnswer: true,
      onRetry,
    });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ConditionError) throw error.cause;
    if (!(error instanceof WaitInterruptedError)) throw error;
    throw new Error("timed out waiting for the condition", { cause: error });
  }
}

function rolloutJudge(options: FollowOptions): WaitJudge<KubernetesObject> {
  let first: KubernetesObject | undefined;
  return {
    listed(store) {
      const objects = store.list();
      const error = options.check(objects);
      if (error !== undefined) throw error;
      [first] = objects;
      return first !== undefined && report(first, options);
    },
    changed({ type, object }) {
      // One of the same name that comes after it is another one.
      if (type === "DELETED") throw new Error("object has been deleted");
      return object !== first && report(object, options);
    },
  };
}

/** Reports a state; whether that was the last one. */
function report(
  object: KubernetesObject,
  { watch, revision, onStatus }: FollowOptions,
): boolean {
  checkRevision(object, revision);
  const { done, message } = statusOf(object);
  onStatus(message);
  return done || !watch;
}

const KINDS = ["Deployment", "StatefulSet", "DaemonSet"];

/** As `kubectl` says it, and more where the kind is only in another group. */
function statusOf(object: KubernetesObject): RolloutStatus {
  try {
    return rolloutStatus(object);
  } catch (cause) {
    const isNamesake = KINDS.includes(object.kind ?? "");
    if (!(cause instanceof TypeError) || !isNamesake) throw cause;
    throw new TypeError(
      `${cause.message}: rollout status is for ${object.kind}.apps`,
      { cause },
    );
  }
}
