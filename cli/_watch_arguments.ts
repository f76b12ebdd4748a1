/**
 * What a `watch` is asked for. Nothing is done here, so that every mistake
 * shows before the first request.
 *
 * @module
 */

import type { WatchArguments } from "./_command_line.ts";
import type { GivenOptions } from "./_options.ts";
import { selectionOf } from "./_selection.ts";
import { serverOf } from "./_server_arguments.ts";
import { UsageError } from "./terminal/usage_error.ts";
import { watchOutput } from "./_watch_output.ts";

/**
 * Understands the arguments of a `watch`.
 *
 * @param given The words behind it, and its options.
 * @returns What is to be done.
 * @throws {UsageError} If they make no sense.
 */
export function watchArguments(
  given: GivenOptions,
): WatchArguments {
  const { words } = given;
  if (words.length === 0) {
    throw new UsageError(
      "nothing to watch: specify a resource, such as pods or deployment/web",
    );
  }
  const selection = selectionOf(given);
  if (selection.mentions.length > 1) {
    throw new UsageError(
      "watch takes one RESOURCE or RESOURCE/NAME: run it once for each of them",
    );
  }
  const mode = modeOf(given);
  const output = watchOutput(given);
  if (mode === "live" && (output.type !== "table" || output.table.withEvents)) {
    const other = output.type === "table" ? "--output-watch-events" : "-o";
    throw new UsageError(`--live shows a table: omit ${other}`);
  }
  return {
    selection,
    output,
    resourceVersion: resourceVersionOf(given.text("resource-version")),
    mode,
    server: serverOf(given),
  };
}

function modeOf(given: GivenOptions): WatchArguments["mode"] {
  const isLive = given.isOn("live");
  if (!isLive && !given.isOn("cached")) return "events";
  const mode = isLive ? "live" : "cached";
  if (!given.has("resource-version")) return mode;
  throw new UsageError(
    `--${mode} and --resource-version are mutually exclusive: a cache starts from the existing objects; omit one of them`,
  );
}

function resourceVersionOf(text: string | undefined): string | undefined {
  if (text === undefined || /^[1-9][0-9]*$/.test(text)) return text;
  throw new UsageError(
    `malformed --resource-version ${
      JSON.stringify(text)
    }: use the number that an earlier watch printed, or omit it to start from the existing objects`,
  );
}
