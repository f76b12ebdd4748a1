/**
 * How long it takes from a change that kube-apiserver has acknowledged until
 * `until` has met its condition, beside client-go's `Until` on the same changes.
 *
 * A real control plane, a process of ours and one of client-go's. For each
 * change both wait for one object, each with a watch of its own that is open
 * before the change is made; who opens its watch first alternates. Each tells
 * when its wait was over, by the clock of this machine. What counts is the
 * ratio: both share the machine with the server, and with each other.
 *
 * The event often overtakes the acknowledgement: a time since that can be below
 * zero, and then there is no ratio of two of them, only the difference. So the
 * times since the change was sent are printed as well, whose ratio always says
 * something.
 *
 * Arguments: options for the Deno process that is started here, `--`, then
 * `--changes N` (500).
 *
 * @module
 */

import { parseArgs } from "node:util";
import { ControlPlane } from "../tests/control_plane/control_plane.ts";
import { LatencyRun } from "./_latency_run.ts";
import { print, row, splitArgs } from "./_report.ts";
import { median, percentile } from "./_statistics.ts";

/** Changes that do not count, until everything is compiled and connected. */
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
