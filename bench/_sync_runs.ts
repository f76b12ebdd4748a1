/**
 * Runs the ways to get all ConfigMaps of a namespace, each in a process of its
 * own.
 *
 * @module
 */

import type { ClientConfig } from "../tests/control_plane/control_plane.ts";
import { startScript } from "./_processes.ts";
import type { SyncCost } from "./_sync_peer.ts";

/** The namespace of the ConfigMaps that are measured. */
export const MEASURED = "default";

/** A namespace with some more, for a first run that is not measured. */
export const WARM_UP = "warm-up";

/** The number of ConfigMaps in {@linkcode WARM_UP}. */
export const WARM_UP_COUNT = 200;

/** One measurement. */
export interface SyncRun {
  /** Options for Deno. */
  readonly denoOptions: readonly string[];
  /** The server, and the credential for it. */
  readonly access: ClientConfig;
  /** One of the ways that `_sync_peer.ts` knows. */
  readonly how: string;
  /** The `Accept-Encoding` header. */
  readonly encoding: string;
  /** The number of objects that are expected. */
  readonly objects: number;
}

/**
 * Measures once.
 *
 * @param run What to measure.
 * @returns What it took.
 * @throws {Error} If there were not as many objects as expected.
 */
export async function measureSync(run: SyncRun): Promise<SyncCost> {
  const { server, token, caFile } = run.access;
  await using peer = startScript(
    [...run.denoOptions, `--cert=${caFile}`],
    ["bench/_sync_peer.ts", run.how, server, token, caFile, run.encoding],
  );
  // The connection and the code are there before the measurement.
  await peer.send(WARM_UP);
  await peer.next();
  await peer.send(MEASURED);
  const cost: SyncCost = JSON.parse(await peer.next());
  if (cost.objects !== undefined && cost.objects !== run.objects) {
    throw new Error(`${run.how} has ${cost.objects} of ${run.objects} objects`);
  }
  return cost;
}
