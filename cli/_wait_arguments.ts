/**
 * What a `wait` is asked for. Nothing is done here, so that every mistake
 * shows before the first request.
 *
 * @module
 */

import type { WaitArguments, WaitGoal } from "./_command_line.ts";
import type { Manifests, Selection } from "./resources/selection.ts";
import { durationOf } from "./_go_duration.ts";
import { checkAlone, manifestsOf } from "./_manifest_arguments.ts";
import type { GivenOptions } from "./_options.ts";
import { objectOutputOf } from "./_output_arguments.ts";
import { selectionOf } from "./_selection.ts";
import { serverOf } from "./_server_arguments.ts";
import { UsageError } from "./terminal/usage_error.ts";

const DEFAULT_TIMEOUT = "30s";

/** What `kubectl` takes a negative timeout for. */
const WEEK_MS = 7 * 24 * 3_600_000;

const GOALS =
  "use condition=NAME, condition=NAME=VALUE, jsonpath='{PATH}'=VALUE, create or delete";

/**
 * Understands the arguments of a `wait`.
 *
 * @param given The words behind it, and its options.
 * @returns What is to be done.
 * @throws {UsageError} If they make no sense.
 */
export function waitArguments(given: GivenOptions): WaitArguments {
  const selection = selectionOf(given);
  // Unlike for other commands of kubectl's, folders are walked.
  const manifests = manifestsOf(given, "wait", true);
  checkWhat(given, selection, manifests);
  const timeoutMs = durationOf(
    "timeout",
    given.text("timeout") ?? DEFAULT_TIMEOUT,
  );
  return {
    selection,
    manifests,
    goals: goalsOf(given.texts("for")),
    timeoutMs: timeoutMs < 0 ? WEEK_MS : timeoutMs,
    output: objectOutputOf(given),
    showManagedFields: given.isOn("show-managed-fields"),
    server: serverOf(given),
  };
}

/** Whether it is said which objects are meant, and only once. */
function checkWhat(
  given: GivenOptions,
  selection: Selection,
  { paths }: Manifests,
): void {
  const { mentions, labelSelector, fieldSelector } = selection;
  if (paths.length > 0) return checkAlone(given, selection);
  const selects = given.isOn("all") || labelSelector !== undefined ||
    fieldSelector !== undefined;
  if (mentions.length === 0) {
    throw new UsageError(
      "nothing to wait for: specify a resource, such as deployment/web, pods -l app=web, pods --all or -f FILE",
    );
  }
  const vague = mentions.find(({ name }) => name === undefined);
  if (vague !== undefined && !selects) {
    throw new UsageError(
      `${vague.resource} specified without a name: use ${vague.resource}/NAME, -l SELECTOR or --all`,
    );
  }
}

/** In order, but for `create`: nothing else can be met before. */
function goalsOf(texts: readonly string[]): WaitGoal[] {
  if (texts.length === 0) {
    throw new UsageError(`--for is required: ${GOALS}`);
  }
  const goals = texts.map(goalOf);
  const isCreation = ({ type }: WaitGoal) => type === "create";
  return [
    ...goals.filter(isCreation),
    ...goals.filter((goal) => !isCreation(goal)),
  ];
}

function goalOf(text: string): WaitGoal {
  const word = text.toLowerCase();
  if (word === "create" || word === "delete") return { type: word };
  const [, type, rest = ""] = /^(condition|jsonpath)=(.*)$/s.exec(text) ?? [];
  if (type === "condition") return conditionGoal(text, rest);
  if (type === "jsonpath") return jsonPathGoal(text, rest);
  const bare = text === "condition" || text === "jsonpath";
  throw new UsageError(
    bare
      ? `--for=${text} is incomplete: ${GOALS}`
      : `unrecognized condition ${JSON.stringify(text)}: ${GOALS}`,
  );
}

function conditionGoal(text: string, rest: string): WaitGoal {
  const [name = "", ...value] = rest.split("=");
  if (name === "") {
    throw new UsageError(
      `the condition in --for=${text} has no name: specify one, such as condition=Available`,
    );
  }
  // As in kubectl, `condition=Ready=` waits for an empty status.
  return {
    type: "condition",
    name,
    value: value.length === 0 ? "true" : value.join("="),
  };
}

function jsonPathGoal(text: string, rest: string): WaitGoal {
  const example =
    "the format is jsonpath='{.status.readyReplicas}'=3 or jsonpath='{.status.readyReplicas}'";
  // A double `==` belongs to a filter in the expression.
  const [expression = "", value, ...others] = rest.replaceAll("==", "\0")
    .split("=").map((part) => part.replaceAll("\0", "=="));
  if (expression === "" || others.length > 0) {
    throw new UsageError(`malformed condition --for=${text}: ${example}`);
  }
  const wanted = value?.replace(/^['"]+|['"]+$/g, "");
  if (wanted === "") {
    throw new UsageError(
      `the jsonpath in --for=${text} has no value after the equal sign: ${example}`,
    );
  }
  return { type: "jsonpath", expression, value: wanted };
}
