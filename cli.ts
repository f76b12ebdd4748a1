#!/usr/bin/env -S deno run --allow-net --allow-env --allow-read
/**
 * The command line: waits for Kubernetes objects and watches them, through
 * broken connections.
 *
 * ```sh
 * deno run -A jsr:@watchtools/kube/cli wait deployment/web \
 *   --for=condition=Available --embedded
 * ```
 *
 * `--embedded` starts a server for this command, so that it works without a
 * cluster. To install the command:
 *
 * ```sh
 * deno install -g -A -n watchtools jsr:@watchtools/kube/cli
 * watchtools --help
 * ```
 *
 * Results are written to stdout, everything else to stderr. The exit status is
 * 0 on success, 1 on failure, 2 if the command line is invalid, and 130 or 143
 * if the command was interrupted.
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
import { VERSION } from "./cli/_version.ts";

export type {
  CliInput,
  CliIo,
  CliOutput,
  CliSignal,
} from "./cli/terminal/io.ts";

/**
 * Runs a command.
 *
 * @param args The arguments, without the name of the program.
 * @param io The streams, environment variables and signals; by default, those
 *   of the process.
 * @returns The exit status. Never rejects: errors are printed.
 *
 * @example Show help
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
    // The command fails if its results cannot be written.
    if (status === 0) await screen.written();
    return status;
  } catch (error) {
    const cause = signal.aborted ? signal.reason : error;
    if (cause instanceof Interruption) return cause.exitStatus;
    // The reader of the output has closed it, which is not a failure.
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
      await context.screen.result(VERSION);
      return 0;
    case "run": {
      // Only for the process itself, and not for programs that call this.
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
  const { args, setExitStatus } = thisProcess();
  setExitStatus(await main(args));
}
