/**
 * From an argument list to a {@linkcode Command}, or a {@linkcode UsageError}
 * that says what to write instead. Nothing is done here, so that every mistake
 * shows before the first request.
 *
 * @module
 */

import type {
  Command,
  HelpTopic,
  ServerChoice,
  TokenChoice,
  WaitArguments,
  WaitGoal,
  WatchArguments,
  WatchOutput,
} from "./_command.ts";
import { parseGoDuration } from "./_go_duration.ts";
import { type GivenOptions, readOptions } from "./_options.ts";
import { didYouMean } from "../watch/_suggest.ts";
import { findTargets } from "./_targets.ts";
import { UsageError } from "./_usage_error.ts";

const DEFAULT_TIMEOUT = "30s";

/** What `kubectl` takes a negative timeout for. */
const WEEK_MS = 7 * 24 * 3_600_000;

/**
 * Understands a command line.
 *
 * @param args The arguments, those of the program alone.
 * @returns What is to be done.
 * @throws {UsageError} If it makes no sense.
 */
export function parseCommand(args: readonly string[]): Command {
  const given = readOptions(args);
  const [name, ...words] = given.words;
  switch (name) {
    case undefined:
      return withoutCommand(given);
    case "help":
      return { type: "help", topic: topicOf(words[0]) };
    case "wait":
      if (given.has("help")) return { type: "help", topic: name };
      given.checkFor(name);
      return waitArguments(words, given);
    case "watch":
      if (given.has("help")) return { type: "help", topic: name };
      given.checkFor(name);
      return watchArguments(words, given);
    default:
      throw new UsageError(
        `unknown command ${JSON.stringify(name)}: ${
          didYouMean(name, ["wait", "watch", "help"]) ||
          "the commands are wait and watch; see --help"
        }`,
      );
  }
}

function withoutCommand(given: GivenOptions): Command {
  if (given.has("version")) return { type: "version" };
  const [stray] = [...given.names].filter((name) => name !== "help");
  if (stray === undefined) return { type: "help", topic: "overview" };
  throw new UsageError(
    `no command given with --${stray}: begin with wait or watch; see --help`,
  );
}

function topicOf(name: string | undefined): HelpTopic {
  return name === "wait" || name === "watch" ? name : "overview";
}

function waitArguments(
  words: readonly string[],
  given: GivenOptions,
): WaitArguments {
  if (words.length === 0) {
    throw new UsageError(
      "nothing to wait for: say what, such as deployment/web, pods -l app=web or pods --all",
    );
  }
  const all = given.has("all");
  const targets = findTargets({ words, ...selectionOf(given), all });
  const vague = targets.find(({ name }) => name === undefined);
  if (vague !== undefined && !all && !given.has("selector")) {
    const { plural } = vague.resource;
    throw new UsageError(
      `it is not said which ${plural} to wait for: write ${plural}/NAME, -l SELECTOR or --all`,
    );
  }
  return {
    type: "wait",
    targets,
    goal: goalOf(given),
    timeoutMs: timeoutOf(given.text("timeout") ?? DEFAULT_TIMEOUT),
    server: serverOf(given),
  };
}

function watchArguments(
  words: readonly string[],
  given: GivenOptions,
): WatchArguments {
  if (words.length === 0) {
    throw new UsageError(
      "nothing to watch: say what, such as pods or deployment/web",
    );
  }
  const targets = findTargets({ words, ...selectionOf(given), all: false });
  const [target] = targets;
  if (target === undefined || targets.length > 1) {
    throw new UsageError(
      "watch takes one RESOURCE or RESOURCE/NAME: run it once for each",
    );
  }
  const cached = given.has("cached");
  if (cached && given.has("resource-version")) {
    throw new UsageError(
      "--cached and --resource-version exclude each other: a cache begins with what is there now; leave one of them out",
    );
  }
  return {
    type: "watch",
    target,
    output: outputOf(given.text("output") ?? "table"),
    resourceVersion: resourceVersionOf(given.text("resource-version")),
    cached,
    server: serverOf(given),
  };
}

function selectionOf(given: GivenOptions) {
  return {
    namespace: given.text("namespace"),
    allNamespaces: given.has("all-namespaces"),
    selector: given.text("selector"),
  };
}

function goalOf(given: GivenOptions): WaitGoal {
  const text = given.text("for");
  const advice = "use condition=NAME, condition=NAME=VALUE or delete";
  if (text === undefined) {
    throw new UsageError(`--for is missing: ${advice}`);
  }
  if (given.count("for") > 1) {
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

function outputOf(text: string): WatchOutput {
  if (text === "table" || text === "json" || text === "name") return text;
  throw new UsageError(
    `unknown output ${JSON.stringify(text)}: -o takes table, json or name`,
  );
}

function resourceVersionOf(text: string | undefined): string | undefined {
  if (text === undefined || /^[1-9][0-9]*$/.test(text)) return text;
  throw new UsageError(
    `malformed --resource-version ${
      JSON.stringify(text)
    }: it is a number that an earlier watch has printed; leave it out to begin with what is there`,
  );
}

function serverOf(given: GivenOptions): ServerChoice {
  const url = given.text("server");
  const token = tokenOf(given);
  if (!given.has("embedded")) {
    if (url !== undefined) return { type: "url", url, token };
    throw new UsageError(
      "no server given: use --server URL (for your cluster: run kubectl proxy, then --server http://127.0.0.1:8001), or --embedded to try it out",
    );
  }
  if (url === undefined && token === undefined) return { type: "embedded" };
  const other = url === undefined ? "token" : "server";
  throw new UsageError(
    `--embedded and --${other} exclude each other: leave out one of them`,
  );
}

function tokenOf(given: GivenOptions): TokenChoice | undefined {
  const text = given.text("token");
  const path = given.text("token-file");
  if (text !== undefined && path !== undefined) {
    throw new UsageError(
      "--token and --token-file exclude each other: leave out one of them",
    );
  }
  if (text !== undefined) return { type: "text", text };
  return path === undefined ? undefined : { type: "file", path };
}
