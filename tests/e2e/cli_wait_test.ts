/**
 * Compares `wait` of this package's command line with `kubectl wait` on the
 * same objects at the same time: the exit status, and the messages about each
 * object.
 */

import { assertEquals, assertMatch } from "@std/assert";
import { podNamed } from "./_changes.ts";
import { countOpenedWatches, runCli, watchesOpened } from "./_cli.ts";
import { conditionStatus } from "../control_plane/fake_node.ts";
import { poll, within } from "./_within.ts";
import {
  ControlPlane,
  type ProgramOutput,
  RequestError,
} from "../control_plane/control_plane.ts";
import { TcpProxy } from "../control_plane/tcp_proxy.ts";
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

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const widgets = "/apis/example.com/v1/namespaces/default/widgets";

async function createWidget(plane: ControlPlane): Promise<void> {
  const names = { plural: "widgets", singular: "widget", kind: "Widget" };
  const schema = { openAPIV3Schema: { type: "object" } };
  await plane.request("POST", definitions, {
    metadata: { name: "widgets.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names,
      versions: [{ name: "v1", served: true, storage: true, schema }],
    },
  });
  await poll("a widget to be created", async () => {
    try {
      await plane.request("POST", widgets, {
        apiVersion: "example.com/v1",
        kind: "Widget",
        metadata: { name: "w1" },
      });
      return true;
    } catch (error) {
      // An established resource may not be served immediately.
      return error instanceof RequestError && error.code === 409;
    }
  });
}

async function isServed(plane: ControlPlane): Promise<boolean> {
  try {
    await plane.request("GET", widgets);
    return true;
  } catch (error) {
    if (error instanceof RequestError && error.code === 404) return false;
    throw error;
  }
}

e2eTest(
  "wait --for=delete ends when the definition is deleted between two watches",
  async () => {
    await using plane = await ControlPlane.start({ recordWatches: true });
    await using proxy = await TcpProxy.start({ upstreamPort: plane.port });
    await createWidget(plane);
    const before = await countOpenedWatches(plane, "widgets");
    const waiting = runCli(
      plane,
      ["wait", "widget/w1", "--for=delete", "--timeout=120s"],
      { server: proxy.url },
    );
    await poll("the watch to be opened", async () => {
      const { ours } = await countOpenedWatches(plane, "widgets");
      return ours > before.ours;
    });
    proxy.breakAfter({ bytes: () => 0 });
    proxy.cut();
    await plane.request("DELETE", `${definitions}/widgets.example.com`);
    await poll("the resource to be gone", async () => !await isServed(plane));
    proxy.clear();
    const { code, stdout, stderr } = await within("the wait", waiting);
    assertEquals([code, stdout], [
      0,
      "widget.example.com/w1 condition met\n",
    ], stderr);
  },
);

e2eTest("watch prints what can only be listed, and says so", async () => {
  await using plane = await ControlPlane.start();
  const args = ["watch", "componentstatuses", "-o", "name"];
  const { code, stdout, stderr } = await runCli(plane, args);
  assertEquals(code, 1);
  assertMatch(stdout, /^componentstatus\/etcd-0$/m);
  assertMatch(
    stderr,
    /^error: componentstatuses cannot be watched, only listed: /m,
  );
});
