/**
 * Parses the arguments of `wait`. This makes no request, so that every error is
 * reported before the first one.
 *
 * @module
 */

import type { WaitArguments, WaitGoal } from "./_command_line.ts";
import type { Manifests, Selection } from "./resources/selection.ts";
import { parseDurationOption } from "./_go_duration.ts";
import {
  checkNoOtherSelection,
  parseManifestOptions,
} from "./_manifest_arguments.ts";
import type { ParsedArguments } from "./_options.ts";
import { parseObjectOutput } from "./_output_arguments.ts";
import { parseSelection } from "./_selection.ts";
import { parseServerOptions } from "./_server_arguments.ts";
import { UsageError } from "./terminal/usage_error.ts";
import { GOALS, parseGoal } from "./_wait_goal.ts";

const DEFAULT_TIMEOUT = "30s";

/** The timeout that a negative `--timeout` stands for, as in `kubectl`. */
const WEEK_MS = 7 * 24 * 3_600_000;

/**
 * Parses the arguments of `wait`.
 *
 * @param given The arguments and options after the command.
 * @returns The parsed arguments.
 * @throws {UsageError} If they are invalid.
 */
export function waitArguments(given: ParsedArguments): WaitArguments {
  const selection = parseSelection(given);
  // `kubectl wait` searches directories recursively, unlike other commands.
  const manifests = parseManifestOptions(given, "wait", true);
  checkSelection(given, selection, manifests);
  const timeoutMs = parseDurationOption(
    "timeout",
    given.value("timeout") ?? DEFAULT_TIMEOUT,
  );
  const goals = goalsOf(given.values("for"));
  return {
    selection,
    manifests,
    goals,
    staleStatus: staleStatusOf(given, goals),
    timeoutMs: timeoutMs < 0 ? WEEK_MS : timeoutMs,
    output: parseObjectOutput(given),
    showManagedFields: given.isOn("show-managed-fields"),
    server: parseServerOptions(given),
  };
}

/** Checks that either arguments and options or manifests select the objects. */
function checkSelection(
  given: ParsedArguments,
  selection: Selection,
  { paths }: Manifests,
): void {
  const { resourceArguments, labelSelector, fieldSelector } = selection;
  if (paths.length > 0) return checkNoOtherSelection(given, selection);
  const selects = given.isOn("all") || labelSelector !== undefined ||
    fieldSelector !== undefined;
  if (resourceArguments.length === 0) {
    throw new UsageError(
      "nothing to wait for: specify a resource, such as deployment/web, pods -l app=web, pods --all or -f FILE",
    );
  }
  const unnamed = resourceArguments.find(({ name }) => name === undefined);
  if (unnamed !== undefined && !selects) {
    throw new UsageError(
      `${unnamed.resource} specified without a name: use ${unnamed.resource}/NAME, -l SELECTOR or --all`,
    );
  }
}

/**
 * In order, except that `create` comes first: nothing else can be met before.
 */
function goalsOf(texts: readonly string[]): WaitGoal[] {
  if (texts.length === 0) {
    throw new UsageError(`--for is required: ${GOALS}`);
  }
  const goals = texts.map(parseGoal);
  const isCreation = ({ type }: WaitGoal) => type === "create";
  return [
    ...goals.filter(isCreation),
    ...goals.filter((goal) => !isCreation(goal)),
  ];
}

function staleStatusOf(
  given: ParsedArguments,
  goals: readonly WaitGoal[],
): WaitArguments["staleStatus"] {
  if (!given.isOn("accept-stale-status")) return "wait";
  if (goals.some(({ type }) => type === "jsonpath")) return "accept";
  throw new UsageError(
    "--accept-stale-status applies to --for=jsonpath only: omit it",
  );
}
