/**
 * What a `rollout` is asked for. Nothing is done here, so that every mistake
 * shows before the first request.
 *
 * @module
 */

import type { ServerChoice } from "./_command_line.ts";
import type { Manifests, Selection } from "./resources/selection.ts";
import { durationOf } from "./_go_duration.ts";
import { checkAlone, manifestsOf } from "./_manifest_arguments.ts";
import type { GivenOptions } from "./_options.ts";
import { selectionOf } from "./_selection.ts";
import { serverOf } from "./_server_arguments.ts";
import { UsageError } from "./terminal/usage_error.ts";

/** `rollout status …`. */
export interface RolloutArguments {
  /** How the server is reached. */
  readonly server: ServerChoice;
  /** What is rolled out. */
  readonly selection: Selection;
  /** The files that say so instead; none if empty. */
  readonly manifests: Manifests;
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
  const manifests = manifestsOf(given, "rollout status", false);
  if (words.length === 0 && manifests.paths.length === 0) {
    throw new UsageError(
      "nothing to show the status of: specify a resource, such as deployment/web or -f FILE",
    );
  }
  const selection = selectionOf(given.withoutFirst());
  if (manifests.paths.length > 0) checkAlone(given, selection);
  return {
    server: serverOf(given),
    selection,
    manifests,
    // As kubectl has it, a time that is negative is none.
    timeoutMs: Math.max(0, durationOf("timeout", given.text("timeout") ?? "0")),
    watch: !given.has("watch") || given.isOn("watch"),
    revision: revisionOf(given.text("revision") ?? "0"),
  };
}

function checkVerb(verb: string | undefined): void {
  if (verb === "status") return;
  if (verb === undefined) {
    throw new UsageError(
      "rollout requires a subcommand: use rollout status RESOURCE/NAME",
    );
  }
  // A word alone may as well be a "status" that is mistyped.
  const what = verb.includes("/") ? verb : "RESOURCE/NAME";
  throw new UsageError(
    OTHERS.includes(verb)
      ? `rollout ${verb} is not supported: use kubectl rollout ${verb}`
      : `unknown command ${
        JSON.stringify(`rollout ${verb}`)
      }: use rollout status ${what}`,
  );
}

function revisionOf(text: string): number {
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  throw new UsageError(
    `malformed --revision=${text}: expected a number, as shown by kubectl rollout history`,
  );
}
