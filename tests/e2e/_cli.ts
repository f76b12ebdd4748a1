/**
 * Runs this package's command line on a control plane, and waits until it and
 * `kubectl` watch.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { packageOptions } from "../../tools/_packages.ts";
import { runProgram } from "../control_plane/run_program.ts";
import { poll } from "./_within.ts";
import type {
  ControlPlane,
  KubectlOptions,
  ProgramOutput,
} from "../control_plane/control_plane.ts";

const program = fileURLToPath(new URL("../../cli.ts", import.meta.url));

/**
 * Runs a command to completion.
 *
 * @param plane The control plane.
 * @param args The arguments.
 * @param options The user, and a signal to terminate the command.
 * @returns The result; a failure does not throw.
 */
export async function runCli(
  plane: ControlPlane,
  args: readonly string[],
  { user, server, signal, onStdout }: KubectlOptions = {},
): Promise<ProgramOutput> {
  const kubeconfig = await plane.kubeconfig(user, { server });
  const packages = await packageOptions();
  return await runProgram(
    Deno.execPath(),
    ["run", "--quiet", "-A", ...packages, program, ...args],
    {
      env: { ...Deno.env.toObject(), KUBECONFIG: kubeconfig, NO_COLOR: "1" },
      signal,
      onStdout,
    },
  );
}

/** How many watches each program has opened. */
export interface WatchCounts {
  /** Watches of this package's command line, or of any other Deno program. */
  readonly ours: number;
  /** Watches of `kubectl`. */
  readonly kubectl: number;
}

/**
 * Counts the watches that the programs have opened so far. Watches of the
 * control plane's own components, which come and go, do not count, nor does it
 * matter when the server notices that a client has gone.
 *
 * @param plane A control plane that records watches.
 * @param resource The plural name of the resource.
 * @returns The counts.
 */
export async function countOpenedWatches(
  plane: ControlPlane,
  resource: string,
): Promise<WatchCounts> {
  const agents = (await plane.openedWatches())
    .filter((watch) => watch.resource === resource)
    .map(({ userAgent }) => userAgent);
  const countOf = (program: string) =>
    agents.filter((agent) => agent.startsWith(`${program}/`)).length;
  return { ours: countOf("Deno"), kubectl: countOf("kubectl") };
}

/**
 * Waits until the programs have opened more watches.
 *
 * @param plane A control plane that records watches.
 * @param resource The plural name of the resource.
 * @param before The counts before the programs were started.
 * @param more How many more watches each program opens.
 */
export async function watchesOpened(
  plane: ControlPlane,
  resource: string,
  before: WatchCounts,
  more: WatchCounts = { ours: 1, kubectl: 1 },
): Promise<void> {
  await poll(`both to watch ${resource}`, async () => {
    const now = await countOpenedWatches(plane, resource);
    return now.ours >= before.ours + more.ours &&
      now.kubectl >= before.kubectl + more.kubectl;
  });
}
