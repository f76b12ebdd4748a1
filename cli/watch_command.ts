/**
 * The `watch` command: prints events, or draws a table that is updated in
 * place.
 *
 * @module
 */

import type { ListerWatcher } from "../api/types.ts";
import type { WatchArguments } from "./_command_line.ts";
import type { Target } from "./resources/selection.ts";
import type { CommandContext, CommandModule } from "./_command_module.ts";
import { type Connection, withConnection } from "./_connection.ts";
import { EventWatch } from "./_event_watch.ts";
import { missingError } from "./resources/missing_object.ts";
import type { TableObject } from "./printers/table.ts";
import { type TableOptions, TablePrinter } from "./printers/table_printer.ts";
import { findTargets } from "./resources/targets.ts";
import { UsageError } from "./terminal/usage_error.ts";
import { watchArguments } from "./_watch_arguments.ts";
import type { WatchOutput } from "./printers/output.ts";

/** The `watch` command. */
export const WATCH_COMMAND: CommandModule = {
  prepare(given) {
    const args = watchArguments(given);
    return (context) => watchCommand(args, context);
  },
};

/**
 * Watches objects, and prints what happens to them.
 *
 * @param args The parsed arguments.
 * @param context Where to print events, and what aborts the watch.
 * @returns The exit status, once the resource version has expired.
 * @throws The error that ended the watch, or the signal's reason.
 */
export async function watchCommand(
  args: WatchArguments,
  context: CommandContext,
): Promise<number> {
  return await withConnection(args.server, context, async (connection) => {
    const target = singleTarget(await findTargets(args.selection, connection));
    return args.output.type === "table"
      ? await watchRows(args, target, args.output.table, connection, context)
      : await watchObjects(args, target, args.output, connection, context);
  });
}

async function watchObjects(
  args: WatchArguments,
  target: Target,
  output: WatchOutput & { type: "objects" },
  connection: Connection,
  context: CommandContext,
): Promise<number> {
  // Loaded on demand: tables do not need it.
  const { objectEventPrinter } = await import("./printers/object_events.ts");
  const { resource } = target;
  const printer = await objectEventPrinter({ ...output, resource });
  const watch = new EventWatch({ ...context, args, target, printer });
  return await watch.run(connection.source(target));
}

async function watchRows(
  args: WatchArguments,
  target: Target,
  table: Omit<TableOptions, "withNamespace">,
  connection: Connection,
  context: CommandContext,
): Promise<number> {
  const { screen } = context;
  const withNamespace = args.selection.allNamespaces &&
    target.resource.namespaced;
  const shown = { ...table, withNamespace };
  const source = await connection.rows(target);
  if (args.mode === "live" && screen.canDraw) {
    return await drawLive(target, source, shown, context);
  }
  if (args.mode === "live") {
    screen.note(
      "--live requires a terminal: printing lines instead, as with --cached",
    );
  }
  const printer = new TablePrinter(shown);
  const watch = new EventWatch({ ...context, args, target, printer });
  return await watch.run(source);
}

function singleTarget(targets: readonly Target[]): Target {
  const [target] = targets;
  if (target !== undefined && targets.length === 1) return target;
  throw new UsageError(
    "watch takes one RESOURCE or RESOURCE/NAME: run it once for each of them",
  );
}

/** Draws until the watch ends, and throws the reason. */
async function drawLive(
  target: Target,
  source: ListerWatcher<TableObject>,
  table: TableOptions,
  { screen, signal }: CommandContext,
): Promise<never> {
  const { LiveWatch } = await import("./_live_watch.ts");
  throw await new LiveWatch(source, {
    screen,
    signal,
    table,
    noun: target.resource.plural,
    check: (rows) => missingError(target, rows),
  }).run();
}
