/**
 * Summaries of the status of objects.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { KubernetesObject } from "../../../mod.ts";
import { summary } from "../../../cli/printers/summary.ts";

/** An object of any shape. */
interface AnyObject extends KubernetesObject {
  spec?: unknown;
  status?: unknown;
  data?: unknown;
}

const running = { ready: true, state: { running: {} } };
const creating = {
  ready: false,
  state: { waiting: { reason: "ContainerCreating" } },
};

const CASES: readonly [AnyObject, string][] = [
  [{}, "-"],
  [{ data: { a: "b" } }, "-"],
  [{ status: { phase: "Pending" } }, "Pending"],
  [
    { status: { phase: "Running", containerStatuses: [running, running] } },
    "Running 2/2",
  ],
  [
    { status: { phase: "Pending", containerStatuses: [running, creating] } },
    "ContainerCreating 1/2",
  ],
  [{ metadata: { deletionTimestamp: "now" } }, "Terminating"],
  [
    {
      metadata: { deletionTimestamp: "now" },
      status: { phase: "Running", containerStatuses: [running] },
    },
    "Terminating 1/1",
  ],
  [{ spec: { replicas: 3 }, status: { readyReplicas: 1 } }, "1/3 ready"],
  [{ spec: { replicas: 3 }, status: {} }, "0/3 ready"],
  [{ status: { desiredNumberScheduled: 2, numberReady: 1 } }, "1/2 ready"],
  [{ status: { conditions: [{ type: "Ready", status: "True" }] } }, "Ready"],
  [
    { status: { conditions: [{ type: "Ready", status: "False" }] } },
    "Ready=False",
  ],
  [
    {
      status: {
        conditions: [{ type: "Complete", status: "True" }, { type: "Other" }],
      },
    },
    "Complete",
  ],
  [{ status: { phase: "Evil\x1b[2J" } }, "Evil [2J"],
  [{ status: "nonsense" }, "-"],
];

Deno.test("summary() prefers the most significant status", () => {
  for (const [object, text] of CASES) {
    assertEquals(summary(object), text, JSON.stringify(object));
  }
});
