/**
 * This package's command line on a control plane, and how many watches are
 * open there: what is to happen while somebody watches has to wait for that.
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
 * Runs a command to its end.
 *
 * @param plane The control plane that its kubeconfig leads to.
 * @param args Its arguments.
 * @param options Until when.
 * @returns How it ended; a failure is not thrown.
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

/**
 * How many watches of a resource a server has open.
 *
 * @param plane The control plane.
 * @param resource Plural name of the resource.
 * @returns Their number.
 */
export async function countWatches(
  plane: ControlPlane,
  resource: string,
): Promise<number> {
  const { message } = await plane.request("GET", "/metrics");
  let sum = 0;
  for (const line of String(message).split("\n")) {
    if (!line.startsWith("apiserver_longrunning_requests{")) continue;
    if (!line.includes(`resource="${resource}"`)) continue;
    if (line.includes('verb="WATCH"')) sum += Number(line.split(" ").at(-1));
  }
  return sum;
}

/**
 * Waits until a server has enough watches open.
 *
 * @param plane The control plane.
 * @param resource Plural name of the resource.
 * @param count How many are enough.
 */
export async function watchesReach(
  plane: ControlPlane,
  resource: string,
  count: number,
): Promise<void> {
  await poll(
    `${count} watches of ${resource}`,
    async () => await countWatches(plane, resource) >= count,
  );
}
