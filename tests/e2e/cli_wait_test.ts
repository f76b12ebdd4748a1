/**
 * Compares `wait` of this package's command line with `kubectl wait` on the
 * same objects at the same time: the exit status, and the messages about each
 * object.
 */

import { assertEquals } from "@std/assert";
import { podNamed } from "./_changes.ts";
import { countOpenedWatches, runCli, watchesOpened } from "./_cli.ts";
import { conditionStatus } from "../control_plane/fake_node.ts";
import { within } from "./_within.ts";
import {
  ControlPlane,
  type ProgramOutput,
} from "../control_plane/control_plane.ts";
import { e2eTest } from "./suite.ts";

const deployments = "/apis/apps/v1/namespaces/default/deployments";
const node = "/api/v1/nodes/fake-node";

/** The parts of a result to compare. */
interface Outcome {
  readonly code: number;
  /** Sorted: ours reports objects as they become ready, `kubectl` in order. */
  readonly stdout: readonly string[];
  /** The failures. Ours also prints progress and a summary. */
  readonly failures: readonly string[];
}

interface Both {
  readonly ours: Outcome;
  readonly theirs: Outcome;
}

/** Waits with both programs; performs `whileWaiting` once both watch. */
async function wait(
  plane: ControlPlane,
  args: readonly string[],
  whileWaiting?: { resource: string; act: () => Promise<unknown> },
): Promise<Both> {
  const before = whileWaiting &&
    await countOpenedWatches(plane, whileWaiting.resource);
  const command = ["wait", ...args];
  const both = Promise.all([
    runCli(plane, command),
    plane.kubectl(command),
  ]);
  if (whileWaiting !== undefined && before !== undefined) {
    const opened = watchesOpened(plane, whileWaiting.resource, before);
    const ended = both.then(() => {
      throw new Error("both ended too early");
    });
    await Promise.race([opened, ended]);
    await whileWaiting.act();
  }
  const [ours, theirs] = await within("both to end", both);
  const { failures, ...rest } = outcome(ours);
  return {
    ours: { ...rest, failures: failures.filter(isFailure) },
    theirs: outcome(theirs),
  };
}

function outcome({ code, stdout, stderr }: ProgramOutput): Outcome {
  return { code, stdout: linesOf(stdout).sort(), failures: linesOf(stderr) };
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

function isFailure(line: string): boolean {
  return /^(error: |Error from server |timed out waiting )/.test(line);
}

async function cordon(plane: ControlPlane, yes: boolean): Promise<void> {
  await plane.request("PATCH", node, { spec: { unschedulable: yes } });
}

async function createDeployment(
  plane: ControlPlane,
  name: string,
): Promise<void> {
  const labels = { app: name };
  const { spec } = podNamed(name);
  await plane.request("POST", deployments, {
    metadata: { name, labels },
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
    },
  });
}

const rolledOut = "deployment.apps/web condition met";

/** Waits that end by themselves, on a Deployment that has rolled out. */
const cases = [
  {
    name: "a selector that matches several",
    args: ["pods", "-l", "app=web", "--for=condition=Ready"],
    code: 0,
  },
  {
    name: "a timeout",
    args: ["deployment/web", "--for=condition=Odd", "--timeout=2s"],
    code: 1,
  },
  {
    name: "a missing object",
    args: ["deployment/none", "--for=condition=Available"],
    code: 1,
  },
  {
    name: "a selector that matches nothing",
    args: ["pods", "-l", "app=none", "--for=condition=Ready"],
    code: 1,
  },
  {
    name: "a deletion of an object that does not exist",
    args: ["deployment/none", "--for=delete"],
    code: 0,
  },
] as const;

e2eTest("wait has the same result as kubectl wait", async (context) => {
  await using plane = await ControlPlane.start({
    workloads: true,
    recordWatches: true,
  });

  await context.step(
    "a Deployment that rolls out during the wait",
    async () => {
      // Created during the wait, it would not be found: both would fail at once.
      await cordon(plane, true);
      await createDeployment(plane, "web");
      const { ours, theirs } = await wait(
        plane,
        ["deployment/web", "--for=condition=Available", "--timeout=180s"],
        { resource: "deployments", act: () => cordon(plane, false) },
      );
      assertEquals(ours, theirs);
      assertEquals(ours.stdout, [rolledOut]);
      const web = await plane.request("GET", `${deployments}/web`);
      assertEquals(conditionStatus(web, "Available"), "True");
    },
  );

  for (const { name, args, code } of cases) {
    await context.step(name, async () => {
      const { ours, theirs } = await wait(plane, args);
      assertEquals(ours, theirs);
      assertEquals(ours.code, code);
    });
  }

  await context.step("several objects that time out", async () => {
    const { ours, theirs } = await wait(
      plane,
      ["pods", "-l", "app=web", "--for=condition=Odd", "--timeout=2s"],
    );
    assertEquals(ours, theirs);
    assertEquals([ours.code, ours.failures.length], [1, 3]);
  });

  await context.step("a deletion during the wait", async () => {
    const { ours, theirs } = await wait(
      plane,
      ["deployment/web", "--for=delete", "--timeout=180s"],
      {
        resource: "deployments",
        act: () => plane.request("DELETE", `${deployments}/web`),
      },
    );
    assertEquals(ours, theirs);
    assertEquals(ours.stdout, [rolledOut]);
  });
});
