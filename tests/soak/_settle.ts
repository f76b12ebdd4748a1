/**
 * Settles the account of a watcher when all is over.
 *
 * @module
 */

import type { Account, Change, Outcome } from "../simulation/peers/_account.ts";
import type { PeerReport } from "../simulation/peers/_messages.ts";

/** What has really happened. */
export interface Truth {
  /** The changes, in any order. */
  readonly changes: readonly Change[];
  /** The objects that were deleted at a version that no one was told. */
  readonly unsureDeletions: readonly string[];
}

/**
 * Enters what has happened and what was reported into an account.
 *
 * @param account The account, empty.
 * @param reports What the watcher has reported, in order.
 * @param truth What has really happened. A deletion whose version is not known
 *   has the one with which it was reported, once.
 * @returns What was lost, repeated and so on.
 */
export function settle(
  account: Account,
  reports: readonly PeerReport[],
  { changes, unsureDeletions }: Truth,
): Outcome {
  const known = new Set(changes.map(({ version }) => version));
  const unsure = [...unsureDeletions];
  const found: Change[] = [];
  for (const report of reports) {
    if (report.type !== "DELETED") continue;
    const { type, name } = report;
    const version = Number(report.version);
    const at = unsure.indexOf(name);
    if (known.has(version) || at === -1) continue;
    unsure.splice(at, 1);
    known.add(version);
    found.push({ type, name, version });
  }
  const inOrder = [...changes, ...found].sort((a, b) => a.version - b.version);
  for (const change of inOrder) account.changed(change);
  for (const report of reports) account.reported(report);
  return account.outcome();
}
