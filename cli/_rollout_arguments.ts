/**
 * What a `rollout` is asked for. Nothing is done here, so that every mistake
 * shows before the first request.
 *
 * @module
 */

import type { ServerChoice, Target } from "./_command.ts";
import { parseGoDuration } from "./_go_duration.ts";
import type { GivenOptions } from "./_options.ts";
import { serverOf } from "./_server_arguments.ts";
import { findTargets, selectionOf } from "./_targets.ts";
import { UsageError } from "./_usage_error.ts";

/** `rollout status …`. */
export interface RolloutArguments {
  /** How the server is reached. */
  readonly server: ServerChoice;
  /** What is rolled out. */
  readonly targets: readonly Target[];
  /** Longest that each may take; 0 for as long as it takes. */
  readonly timeoutMs: number;
  /** Whether to wait until it is over. */
  readonly watch: boolean;
  /** The revision that it has to be of; 0 for any. */
  readonly revision: number;
}

const OTHERS = ["history", "pause", "restart", "resume", "undo"];

/**
 * Understands the arguments of a `rollout`.
 *
 * @param given The words behind it, and its options.
 * @returns What is to be done.
 * @throws {UsageError} If they make no sense.
 */
export function rolloutArguments(given: GivenOptions): RolloutArguments {
  const [verb, ...words] = given.words;
  checkVerb(verb);
  if (words.length === 0) {
    throw new UsageError(
      "nothing to tell the status of: say what, such as deployment/web",
    );
  }
  const selection = { ...selectionOf(given), allNamespaces: false };
  return {
    server: serverOf(given),
    targets: findTargets({ ...selection, words, all: false }),
    timeoutMs: timeoutOf(given.text("timeout") ?? "0"),
    watch: !given.has("watch") || given.isOn("watch"),
    revision: revisionOf(given.text("revision") ?? "0"),
  };
}

function checkVerb(verb: string | undefined): void {
  if (verb === "status") return;
  if (verb === undefined) {
    throw new UsageError(
      "rollout needs a word more: write rollout status RESOURCE/NAME",
    );
  }
  throw new UsageError(
    OTHERS.includes(verb)
      ? `rollout ${verb} is not known here: use kubectl for all but rollout status`
      : `unknown command ${
        JSON.stringify(`rollout ${verb}`)
      }: write rollout status ${verb}`,
  );
}

/** As `kubectl` has it, a time that is negative is none. */
function timeoutOf(text: string): number {
  try {
    return Math.max(0, parseGoDuration(text));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new UsageError(
      `malformed duration --timeout=${text}: ${cause.message}: write it like 30s, 1m30s or 0`,
      { cause },
    );
  }
}

function revisionOf(text: string): number {
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  throw new UsageError(
    `malformed --revision=${text}: it is a number, such as that in kubectl rollout history`,
  );
}
