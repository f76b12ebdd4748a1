/**
 * What a `wait` is asked for. Nothing is done here, so that every mistake
 * shows before the first request.
 *
 * @module
 */

import type { WaitArguments, WaitGoal } from "./_command.ts";
import { parseGoDuration } from "./_go_duration.ts";
import type { GivenOptions } from "./_options.ts";
import { serverOf } from "./_server_arguments.ts";
import { findTargets, selectionOf } from "./_targets.ts";
import { UsageError } from "./_usage_error.ts";

const DEFAULT_TIMEOUT = "30s";

/** What `kubectl` takes a negative timeout for. */
const WEEK_MS = 7 * 24 * 3_600_000;

/**
 * Understands the arguments of a `wait`.
 *
 * @param given The words behind it, and its options.
 * @returns What is to be done.
 * @throws {UsageError} If they make no sense.
 */
export function waitArguments(
  given: GivenOptions,
): WaitArguments {
  const { words } = given;
  if (words.length === 0) {
    throw new UsageError(
      "nothing to wait for: say what, such as deployment/web, pods -l app=web or pods --all",
    );
  }
  const all = given.isOn("all");
  const targets = findTargets({ words, ...selectionOf(given), all });
  const vague = targets.find(({ name }) => name === undefined);
  if (vague !== undefined && !all && !given.has("selector")) {
    const { plural } = vague.resource;
    throw new UsageError(
      `it is not said which ${plural} to wait for: write ${plural}/NAME, -l SELECTOR or --all`,
    );
  }
  return {
    targets,
    goal: goalOf(given),
    timeoutMs: timeoutOf(given.text("timeout") ?? DEFAULT_TIMEOUT),
    server: serverOf(given),
  };
}

function goalOf(given: GivenOptions): WaitGoal {
  const text = given.text("for");
  const advice = "use condition=NAME, condition=NAME=VALUE or delete";
  if (text === undefined) {
    throw new UsageError(`--for is missing: ${advice}`);
  }
  if (given.texts("for").length > 1) {
    throw new UsageError("--for is given more than once: wait once for each");
  }
  if (text.toLowerCase() === "delete") return { type: "delete" };
  const [kind = "", name = "", ...value] = text.split("=");
  if (kind !== "condition") {
    throw new UsageError(
      `unrecognized condition ${JSON.stringify(text)}: ${advice}`,
    );
  }
  if (name === "") {
    throw new UsageError(
      `the condition in --for=${text} has no name: write one, such as condition=Available`,
    );
  }
  // As in kubectl, `condition=Ready=` waits for an empty status.
  return {
    type: "condition",
    name,
    value: value.length === 0 ? "true" : value.join("="),
  };
}

function timeoutOf(text: string): number {
  try {
    const ms = parseGoDuration(text);
    return ms < 0 ? WEEK_MS : ms;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new UsageError(
      `malformed duration --timeout=${text}: ${cause.message}: write it like 30s, 1m30s or 0`,
      { cause },
    );
  }
}
