/**
 * Parses the arguments of `watch`. This makes no request, so that every error
 * is reported before the first one.
 *
 * @module
 */

import type { WatchArguments } from "./_command_line.ts";
import type { ParsedArguments } from "./_options.ts";
import { parseSelection } from "./_selection.ts";
import { parseServerOptions } from "./_server_arguments.ts";
import { UsageError } from "./terminal/usage_error.ts";
import { parseWatchOutput } from "./_watch_output.ts";

/**
 * Parses the arguments of `watch`.
 *
 * @param given The arguments and options after the command.
 * @returns The parsed arguments.
 * @throws {UsageError} If they are invalid.
 */
export function watchArguments(
  given: ParsedArguments,
): WatchArguments {
  const { positionals } = given;
  if (positionals.length === 0) {
    throw new UsageError(
      "nothing to watch: specify a resource, such as pods or deployment/web",
    );
  }
  const selection = parseSelection(given);
  if (selection.resourceArguments.length > 1) {
    throw new UsageError(
      "watch takes one RESOURCE or RESOURCE/NAME: run it once for each of them",
    );
  }
  const mode = modeOf(given);
  const output = parseWatchOutput(given);
  if (mode === "live" && (output.type !== "table" || output.table.withEvents)) {
    const other = output.type === "table" ? "--output-watch-events" : "-o";
    throw new UsageError(`--live shows a table: omit ${other}`);
  }
  return {
    selection,
    output,
    resourceVersion: resourceVersionOf(given.value("resource-version")),
    mode,
    server: parseServerOptions(given),
  };
}

function modeOf(given: ParsedArguments): WatchArguments["mode"] {
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
