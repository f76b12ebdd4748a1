/**
 * Parses the arguments of `rollout`. This makes no request, so that every error
 * is reported before the first one.
 *
 * @module
 */

import type { ServerChoice } from "./_command_line.ts";
import type { Manifests, Selection } from "./resources/selection.ts";
import { parseDurationOption } from "./_go_duration.ts";
import {
  checkNoOtherSelection,
  parseManifestOptions,
} from "./_manifest_arguments.ts";
import type { ParsedArguments } from "./_options.ts";
import { parseSelection } from "./_selection.ts";
import { parseServerOptions } from "./_server_arguments.ts";
import { UsageError } from "./terminal/usage_error.ts";

/** The arguments of `rollout status`. */
export interface RolloutArguments {
  /** The server to connect to. */
  readonly server: ServerChoice;
  /** The objects whose rollouts to follow. */
  readonly selection: Selection;
  /** The manifests that identify them instead; unused if empty. */
  readonly manifests: Manifests;
  /** How long to wait for each object; 0 for no limit. */
  readonly timeoutMs: number;
  /** Whether to wait until the rollout is done. */
  readonly watch: boolean;
  /** The revision that it must have; 0 for any. */
  readonly revision: number;
}

/** The subcommands of `kubectl rollout` that are not supported. */
const UNSUPPORTED = ["history", "pause", "restart", "resume", "undo"];

/**
 * Parses the arguments of `rollout`.
 *
 * @param given The arguments and options after the command.
 * @returns The parsed arguments.
 * @throws {UsageError} If they are invalid.
 */
export function rolloutArguments(given: ParsedArguments): RolloutArguments {
  const [verb, ...words] = given.positionals;
  checkVerb(verb);
  const manifests = parseManifestOptions(given, "rollout status", false);
  if (words.length === 0 && manifests.paths.length === 0) {
    throw new UsageError(
      "nothing to show the status of: specify a resource, such as deployment/web or -f FILE",
    );
  }
  const selection = parseSelection(given.withoutFirst());
  if (manifests.paths.length > 0) checkNoOtherSelection(given, selection);
  return {
    server: parseServerOptions(given),
    selection,
    manifests,
    // As in kubectl, a negative timeout means no limit.
    timeoutMs: Math.max(
      0,
      parseDurationOption("timeout", given.value("timeout") ?? "0"),
    ),
    watch: !given.has("watch") || given.isOn("watch"),
    revision: revisionOf(given.value("revision") ?? "0"),
  };
}

function checkVerb(verb: string | undefined): void {
  if (verb === "status") return;
  if (verb === undefined) {
    throw new UsageError(
      "rollout requires a subcommand: use rollout status RESOURCE/NAME",
    );
  }
  // Without a slash, it may be a mistyped "status".
  const what = verb.includes("/") ? verb : "RESOURCE/NAME";
  throw new UsageError(
    UNSUPPORTED.includes(verb)
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
