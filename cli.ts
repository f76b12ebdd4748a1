#!/usr/bin/env -S deno run --allow-net --allow-env --allow-read
/**
 * The command line: wait on Kubernetes objects and watch them, through
 * connections that break.
 *
 * ```sh
 * deno run -A jsr:@watchtools/kube/cli wait deployment/web \
 *   --for=condition=Available --embedded
 * ```
 *
 * `--embedded` brings a server of its own, so that this works without a
 * cluster. To have it as a command:
 *
 * ```sh
 * deno install -g -A -n watchtools jsr:@watchtools/kube/cli
 * watchtools --help
 * ```
 *
 * Results go to stdout, everything else to stderr. The exit status is 0 when
 * done, 1 when it failed, 2 when the command line is wrong, 130 or 143 when it
 * was interrupted.
 *
 * @example Run a command from a program
 * ```ts
 * import { main } from "@watchtools/kube/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await main(["--version"]), 0);
 * ```
 *
 * @module
 */

import { parseCommandLine } from "./cli/arguments.ts";
import type { CommandContext } from "./cli/_command_module.ts";
import { gatherEntropy } from "./cli/terminal/entropy.ts";
import { type CliIo, Interruption } from "./cli/terminal/io.ts";
import { failureLine, stackTraces } from "./cli/_failures.ts";
import { thisProcess } from "./cli/terminal/this_process.ts";
import { Screen } from "./cli/terminal/screen.ts";
import { UsageError } from "./cli/terminal/usage_error.ts";
import config from "./deno.json" with { type: "json" };

export type {
  CliInput,
  CliIo,
  CliOutput,
  CliSignal,
} from "./cli/terminal/io.ts";

/**
 * Runs a command.
 *
 * @param args The arguments, those of the program alone.
 * @param io Where it writes and what may interrupt it; the process's own by
 *   default.
 * @returns The exit status. It never rejects: what went wrong has been told.
 *
 * @example Ask for help
 * ```ts
 * import { main } from "@watchtools/kube/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await main(["wait", "--help"]), 0);
 * ```
 */
export async function main(
  args: readonly string[],
  io: CliIo = thisProcess().io,
): Promise<number> {
  const interrupted = new AbortController();
  using _listening = io.onSignal((signal) =>
    interrupted.abort(new Interruption(signal))
  );
  const signal = AbortSignal.any([interrupted.signal, io.stdout.failed]);
  await using screen = await Screen.open(io);
  try {
    const status = await run(args, { screen, signal, io });
    // Done is only what could be told as well.
    if (status === 0) await screen.written();
    return status;
  } catch (error) {
    const cause = signal.aborted ? signal.reason : error;
    if (cause instanceof Interruption) return cause.exitStatus;
    // Whoever read the output has had enough: that is no failure.
    if (cause === io.stdout.failed.reason && isBrokenPipe(cause)) return 0;
    const trace = io.env.DEBUG ? stackTraces(cause) : [];
    for (const line of [failureLine(cause), ...trace]) screen.note(line);
    return cause instanceof UsageError ? 2 : 1;
  }
}

async function run(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  const line = parseCommandLine(args);
  switch (line.type) {
    case "help": {
      const { helpText } = await import("./cli/help.ts");
      const text = await helpText(line.command);
      await context.screen.result(text.trimEnd());
      return 0;
    }
    case "version":
      await context.screen.result(config.version);
      return 0;
    case "run": {
      // Once a process: a program that only calls this has its own start.
      if (context.io === thisProcess().io) gatherEntropy();
      const command = await line.command.load();
      const run = await command.prepare(line.given);
      return await run(context);
    }
  }
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE";
}

if (import.meta.main) {
  const { args, exitWith } = thisProcess();
  exitWith(await main(args));
}
