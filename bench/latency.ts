/**
 * Measures the time from a change on a kube-apiserver until the condition of
 * `until` is met, compared with client-go's `Until` on the same changes.
 *
 * It uses a real control plane, a process of ours and one of client-go's. For
 * each change both wait for one object, each with its own watch that is open
 * before the change is made; they take turns opening it first. Both report when
 * their wait ended, by the clock of this machine. The ratio is what counts:
 * both share the machine with the server and with each other.
 *
 * The event often arrives before the acknowledgement of the change. The time
 * since the acknowledgement is then negative, and only the difference is
 * meaningful, not the ratio. The times since the change was sent are therefore
 * printed as well.
 *
 * Arguments: options for the Deno process to start, `--`, then `--changes N`
 * (500).
 *
 * @module
 */

import { parseArgs } from "node:util";
import { ControlPlane } from "../tests/control_plane/control_plane.ts";
import { LatencyRun } from "./_latency_run.ts";
import { print, row, splitArgs } from "./_report.ts";
import { median, percentile } from "./_statistics.ts";

/**
 * Changes that are not measured, until everything is compiled and connected.
 */
const WARM_UP = 50;

const { denoOptions, args } = splitArgs();
const { values } = parseArgs({
  args,
  options: { changes: { type: "string", default: "500" } },
});
const changes = Number(values.changes);

await using plane = await ControlPlane.start();
await using run = await LatencyRun.start(plane, denoOptions);
await run.measure(WARM_UP);
const measured = await run.measure(changes);

print(`${changes} changes, milliseconds until the condition was met`);
print(row("", "ours", "client-go", "difference", "ratio"));
for (const from of ["acknowledged", "sent"] as const) {
  const ours = measured.map((change) => change.ours - change[from]);
  const theirs = measured.map((change) => change.theirs - change[from]);
  const table = [
    ["median", median(ours), median(theirs)],
    ["99th percentile", percentile(ours, 99), percentile(theirs, 99)],
  ] as const;
  for (const [name, left, right] of table) {
    print(row(
      `since ${from}, ${name}`,
      left.toFixed(2),
      right.toFixed(2),
      (left - right).toFixed(2),
      left > 0 && right > 0 ? (left / right).toFixed(2) : "-",
    ));
  }
}
