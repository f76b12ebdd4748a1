/**
 * Compares `watch` and `rollout status` of this package's command line with
 * `kubectl get --watch` and `kubectl rollout status` on the same objects at the
 * same time: standard output, including whitespace, and the exit status.
 *
 * Intended differences of ours:
 * - `-A` shows no NAMESPACE column for a cluster-scoped resource (kubectl: an
 *   empty one, and only with `--watch`).
 * - A tab in the output of a JSONPath template is preserved (kubectl turns it
 *   into columns, and only with `--watch`): see
 *   `cli/printers/object_events.ts`.
 * - With a server that does not support tables, there is a STATUS column
 *   (kubectl: only NAME and AGE).
 * - The exit status for an invalid command line is 2 (kubectl: 1).
 * - Standard error ends with the version to resume from.
 */

import { assertEquals } from "@std/assert";
import { countOpenedWatches, runCli, watchesOpened } from "./_cli.ts";
import { podNamed, podsPath } from "./_changes.ts";
import { poll, within } from "./_within.ts";
import {
  ControlPlane,
  type ProgramOutput,
} from "../control_plane/control_plane.ts";
import { e2eTest } from "./suite.ts";

/** A command of both programs, which runs until it is ended. */
class RunningPair {
  readonly name: string;
  readonly #abort = new AbortController();
  readonly #texts = { ours: "", theirs: "" };
  readonly #ended: Promise<unknown>;

  constructor(plane: ControlPlane, args: readonly string[]) {
    this.name = args.join(" ");
    const options = (whose: "ours" | "theirs") => ({
      signal: this.#abort.signal,
      onStdout: (text: string) => void (this.#texts[whose] += text),
    });
    this.#ended = Promise.all([
      runCli(plane, ["watch", ...args], options("ours")),
      plane.kubectl(["get", "--watch", ...args], options("theirs")),
    ]);
  }

  /** Waits until both have written a text, and their output is the same. */
  async wrote(text: string): Promise<void> {
    const same = () => {
      const { ours, theirs } = this.#texts;
      return Promise.resolve(
        theirs.includes(text) && withoutAges(ours) === withoutAges(theirs),
      );
    };
    try {
      await poll(`both to write ${text}`, same);
    } catch {
      const { ours, theirs } = this.#texts;
      assertEquals(withoutAges(ours), withoutAges(theirs), this.name);
      assertEquals(theirs.includes(text), true, theirs);
    }
  }

  async end(): Promise<void> {
    this.#abort.abort();
    await within("both to end", this.#ended);
  }
}

/**
 * Ages may differ by a second, since the programs do not list at the same
 * moment.
 */
function withoutAges(text: string): string {
  return text.replace(/(?<=\s)(\d+[smhd]){1,2}( *)(?=\S|\n)/g, "AGE ");
}

/** The arguments, and the last text to be written. */
const watches: readonly (readonly [readonly string[], string])[] = [
  [["pods"], "the-last-one"],
  [["pods", "-A", "-o", "wide"], "the-last-one"],
  [["pods", "--output-watch-events", "-n", "default"], "the-last-one"],
  [["pods", "-l", "app=web", "--show-labels"], "Renamed"],
  [["po", "-L", "app,none", "--no-headers"], "the-last-one"],
  [["pod/web"], "Renamed"],
  [["pod", "web", "-o", "wide", "--output-watch-events"], "Renamed"],
  [["pods", "--field-selector=metadata.name!=web"], "the-last-one"],
  [["pods", "-o", "name"], "the-last-one"],
  [["pods", "-o", "json"], '"name": "the-last-one"'],
  [["pods", "-o", "json", "--output-watch-events"], "the-last-one"],
  [["pods", "-o", "yaml"], "name: the-last-one"],
  [["pods", "-o", "yaml", "--output-watch-events"], "name: the-last-one"],
  [
    ["pods", "-o", 'jsonpath={.metadata.name}: {.status.reason}{"\\n"}'],
    "the-last-one",
  ],
  [["pods", "-o", "jsonpath={.metadata.name}"], "the-last-one"],
];

e2eTest("watch has the same output as kubectl get --watch", async (context) => {
  await using plane = await ControlPlane.start({ recordWatches: true });
  const create = (name: string, labels: Record<string, string> = {}) =>
    plane.request("POST", podsPath, {
      ...podNamed(name),
      metadata: { name, labels },
    });
  await create("web", { app: "web" });
  await create("a-pod-with-a-longer-name");
  const before = await countOpenedWatches(plane, "pods");
  const runs = watches.map(([args]) => new RunningPair(plane, args));
  try {
    await watchesOpened(plane, "pods", before, {
      ours: watches.length,
      kubectl: watches.length,
    });
    await create("b", { app: "web" });
    const status = (reason: string) =>
      plane.request("PATCH", `${podsPath}/web/status`, { status: { reason } });
    await status("Evicted");
    await plane.request("PATCH", `${podsPath}/b`, {
      metadata: { labels: { app: "other" }, annotations: { a: "<b> & c" } },
    });
    await create("c-pod-with-a-name-that-is-longer-still", { app: "api" });
    await plane.request("DELETE", `${podsPath}/b?gracePeriodSeconds=0`);
    await status("Renamed");
    await create("the-last-one");
    for (const [at, run] of runs.entries()) {
      await context.step(
        run.name,
        () => run.wrote(watches[at]?.[1] ?? ""),
      );
    }
  } finally {
    for (const run of runs) await run.end();
  }
});

/** Runs `rollout status` with both programs. */
async function rollout(
  plane: ControlPlane,
  args: readonly string[],
  whileWatching?: { resource: string; act: () => Promise<unknown> },
): Promise<{ ours: ProgramOutput; theirs: ProgramOutput }> {
  const command = ["rollout", "status", ...args];
  const { resource = "pods", act } = whileWatching ?? {};
  const before = await countOpenedWatches(plane, resource);
  const both = Promise.all([
    runCli(plane, command),
    plane.kubectl(command),
  ]);
  if (act !== undefined) {
    await watchesOpened(plane, resource, before);
    await act();
  }
  const [ours, theirs] = await within("both to end", both);
  return { ours, theirs };
}

const apps = "/apis/apps/v1/namespaces/default";

async function create(
  plane: ControlPlane,
  plural: string,
  name: string,
  spec: object,
): Promise<void> {
  const labels = { app: name };
  await plane.request("POST", `${apps}/${plural}`, {
    metadata: { name, labels },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podNamed(name).spec },
      ...spec,
    },
  });
}

async function cordon(plane: ControlPlane, yes: boolean): Promise<void> {
  const spec = { unschedulable: yes };
  await plane.request("PATCH", "/api/v1/nodes/fake-node", { spec });
}

/** Rollouts that end by themselves, and the exit status. */
const rollouts: readonly (readonly [readonly string[], number])[] = [
  [["deployment/web"], 0],
  [["deployment", "web"], 0],
  [["sts/db"], 0],
  [["ds", "agent"], 0],
  [["deploy/web", "sts/db", "ds/agent"], 0],
  [["deployment", "-l", "app=web"], 0],
  [["deployment", "-l", "app=none"], 0],
  [["deployment/web", "--revision=1"], 0],
  [["deployment/web", "--revision=7"], 1],
  [["deployment/none"], 1],
  [["deployment/none", "sts/db", "ds/none"], 1],
  [["deployment/stuck", "--watch=false"], 0],
  [["deployment/stuck", "--timeout=5s"], 1],
  [["deployment/late"], 1],
  [["ds/manual"], 1],
  [["rs", "-l", "app=web"], 1],
];

e2eTest(
  "rollout status has the same result as kubectl rollout status",
  async (context) => {
    await using plane = await ControlPlane.start({
      workloads: true,
      recordWatches: true,
    });
    const nowhere = {
      template: {
        metadata: { labels: { app: "stuck" } },
        spec: {
          containers: [{ name: "main", image: "none" }],
          nodeSelector: { no: "where" },
        },
      },
    };
    const selector = { matchLabels: { app: "stuck" } };
    await create(plane, "deployments", "stuck", { selector, ...nowhere });
    await create(plane, "deployments", "late", {
      selector,
      ...nowhere,
      progressDeadlineSeconds: 1,
    });
    await create(plane, "daemonsets", "manual", {
      updateStrategy: { type: "OnDelete" },
    });

    for (
      const { plural, name, spec, settled } of [
        {
          plural: "deployments",
          name: "web",
          spec: { replicas: 3 },
          settled: "unavailableReplicas",
        },
        {
          plural: "statefulsets",
          name: "db",
          spec: { replicas: 2, serviceName: "db" },
          settled: "currentReplicas",
        },
      ]
    ) {
      await context.step(
        `${name} that rolls out during the command`,
        async () => {
          await cordon(plane, true);
          await create(plane, plural, name, spec);
          await poll(`${name} to have a status`, async () => {
            const path = `${apps}/${plural}/${name}`;
            const { status } = await plane.request("GET", path);
            return typeof status === "object" && status !== null &&
              settled in status;
          });
          const { ours, theirs } = await rollout(plane, [`${plural}/${name}`], {
            resource: plural,
            act: () => cordon(plane, false),
          });
          assertEquals(ours, theirs);
          assertEquals(ours.code, 0);
          assertEquals(ours.stdout.split("\n").length > 2, true, ours.stdout);
        },
      );
    }
    await context.step("agent that rolls out during the command", async () => {
      await create(plane, "daemonsets", "agent", { minReadySeconds: 12 });
      const { ours, theirs } = await rollout(plane, ["daemonset/agent"]);
      assertEquals(lastLine(ours), lastLine(theirs));
      assertEquals([ours.code, theirs.code], [0, 0]);
    });

    for (const [args, code] of rollouts) {
      await context.step(args.join(" "), async () => {
        const { ours, theirs } = await rollout(plane, args);
        assertEquals(ours, theirs);
        assertEquals(ours.code, code);
      });
    }
  },
);

function lastLine({ stdout }: ProgramOutput): string | undefined {
  return stdout.trimEnd().split("\n").at(-1);
}
