/**
 * Runs command lines through `kubectl` and through ours at the same time, on
 * the same objects, and compares exit status and standard output. Intended
 * differences are listed in `differences` with their reasons; a listed
 * difference that does not occur fails the test too.
 */

import { assertEquals } from "@std/assert";
import { CliPair, type Meanwhile, type Outcome } from "./_cli_pair.ts";
import { makeCliState } from "./_cli_state.ts";
import { podNamed } from "./_changes.ts";
import { ControlPlane } from "../control_plane/control_plane.ts";
import { e2eTest } from "./suite.ts";

/** A command line. */
interface Case {
  /** The arguments of both, separated by spaces. */
  readonly line: string;
  /** The standard input of both. */
  readonly stdin?: string;
  /** The action while both watch. */
  readonly meanwhile?: (plane: ControlPlane) => Meanwhile;
  /** The number of lines after which a watch is interrupted. */
  readonly enough?: number;
}

const core = "/api/v1/namespaces/default";
const pods = `${core}/pods`;

const manifest = JSON.stringify({
  apiVersion: "v1",
  kind: "List",
  items: [
    { apiVersion: "v1", kind: "Pod", metadata: { name: "pod-a" } },
    { apiVersion: "v1", kind: "Pod", metadata: { name: "pod-b" } },
  ],
});

const documents = `apiVersion: v1
kind: Pod
metadata:
  name: pod-a
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
`;

/** Creates a pod while both wait. */
const creates = (name: string) => (plane: ControlPlane): Meanwhile => ({
  watching: "pods",
  // Every half a second.
  kubectlPolls: true,
  act: () => plane.request("POST", pods, podNamed(name)),
});

/** Deletes a pod while both wait. */
const deletes = (name: string) => (plane: ControlPlane): Meanwhile => ({
  watching: "pods",
  act: () => plane.request("DELETE", `${pods}/${name}?gracePeriodSeconds=0`),
});

/** Scales a Deployment while both wait. */
const scales =
  (name: string, replicas: number) => (plane: ControlPlane): Meanwhile => ({
    watching: "deployments",
    act: () =>
      plane.request(
        "PATCH",
        `/apis/apps/v1/namespaces/default/deployments/${name}`,
        {
          spec: { replicas },
        },
      ),
  });

/** Changes a label of an object while both watch. */
const labels = (watching: string, path: string) => {
  let count = 0;
  return (plane: ControlPlane): Meanwhile => ({
    watching,
    act: () =>
      plane.request("PATCH", path, {
        metadata: { labels: { touched: `${++count}` } },
      }),
  });
};

const touchPod = labels("pods", `${pods}/pod-a`);
const touchNode = labels("nodes", "/api/v1/nodes/fake-node");
const touchWidget = labels(
  "widgets",
  "/apis/example.com/v1/namespaces/default/widgets/w1",
);
const touchWeb = labels(
  "deployments",
  "/apis/apps/v1/namespaces/default/deployments/web",
);
const touchConfig = labels("configmaps", `${core}/configmaps/settings`);

const waits: readonly Case[] = [
  { line: "wait deployment/web --for=condition=Available" },
  { line: "wait deployment web --for=condition=Available" },
  { line: "wait deploy/web --for=condition=available" },
  { line: "wait deployments/web --for condition=Available=true" },
  { line: "wait Deployment/web --for=condition=Available=True" },
  { line: "wait deployments.apps/web --for=condition=Available" },
  { line: "wait deployments.v1.apps/web --for=condition=Available" },
  { line: "wait deployment/web pod/pod-a --for=jsonpath={.metadata.name}" },
  { line: "wait deployment/stuck --for=condition=Available --timeout=1s" },
  { line: "wait deployment/stuck --for=condition=Available=false" },
  { line: "wait deployment/web --for=condition=Odd --timeout=1s" },
  { line: "wait deployment/web --for=condition=Available --timeout=0" },
  { line: "wait deployment/stuck --for=condition=Available --timeout=0" },
  { line: "wait deployment/web --for=condition=Available --timeout=-1s" },
  { line: "wait deployment/none --for=condition=Available" },
  { line: "wait pod/pod-a pod/none --for=condition=Ready" },
  { line: "wait pod/pod-a pod/pod-b --for=condition=Ready" },
  { line: "wait pods pod-a pod-b --for=condition=Ready" },
  { line: "wait pods -l app=web --for=condition=Ready" },
  { line: "wait pods -l tier=front --for=condition=Ready=false --timeout=1s" },
  { line: "wait pods -l app=none --for=condition=Ready" },
  { line: "wait pods -l app=none --for=delete" },
  { line: "wait pods --all --for=condition=Ready -n shop" },
  { line: "wait pods --all --for=condition=Ready -n empty" },
  { line: "wait pods -A -l tier=front --for=condition=Ready" },
  {
    line:
      "wait pods --field-selector=metadata.name=pod-a --for=condition=Ready",
  },
  { line: "wait pods,deployments -l app=web --for=jsonpath={.metadata.uid}" },
  { line: "wait po/pod-a --for=jsonpath={.status.phase}=Running" },
  { line: "wait po/pod-a --for=jsonpath='{.status.phase}'=Running" },
  { line: "wait po/pod-a --for=jsonpath=.status.phase=Running" },
  { line: "wait po/pod-a --for=jsonpath={.status.podIP}" },
  { line: "wait po/pod-a --for=jsonpath={.status.phase}=Odd --timeout=1s" },
  { line: "wait po/pod-a --for=jsonpath={.status.none}=1 --timeout=1s" },
  {
    line:
      'wait po/pod-a --for=jsonpath={.status.conditions[?(@.type=="Ready")].status}=True',
  },
  { line: "wait po/pod-a --for=jsonpath={.spec.containers[0].name}=main" },
  { line: "wait po/pod-a --for=jsonpath={.spec.containers}=main" },
  { line: "wait po/pod-a --for=jsonpath={.status.conditions[*].type}=Ready" },
  { line: "wait po/pod-a --for=jsonpath={.status[}=1" },
  { line: "wait deploy/web --for=jsonpath={.spec.replicas}=2" },
  { line: "wait cm/settings --for=jsonpath={.data.odd\\.key}=yes" },
  { line: "wait ip/vm1 --for=jsonpath={.spec.size}=3" },
  { line: "wait ip/vm1 --for=delete --timeout=1s" },
  { line: "wait ix/vm1 --for=condition=Ready" },
  { line: "wait gear/large --for=jsonpath={.spec.size}=9007199254740993" },
  {
    line:
      "wait gear/large --for=jsonpath={.spec.size}=9007199254740992 --timeout=1s",
  },
  { line: "wait gear/large --for=create -o json" },
  { line: "wait gear/large --for=create -o yaml" },
  { line: "wait gear/large --for=create -o jsonpath={.spec.sizes}" },
  { line: "wait gear/large --for=create -o jsonpath={.spec.sizes[*]}" },
  {
    line:
      'wait po/pod-a --for=jsonpath={.spec.containers[?(@.name!="none")].name}=main',
  },
  {
    line:
      "wait po/pod-a --for=jsonpath={.spec.containers[3].name}=main --timeout=1s",
  },
  { line: "wait widgets/w1 --for=condition=Ready" },
  { line: "wait wx/w1 --for=condition=Ready" },
  { line: "wait Widget/w1 --for=condition=Ready" },
  { line: "wait widgets.example.com/w1 --for=condition=Ready" },
  { line: "wait widgets.v1.example.com/w1 --for=jsonpath={.spec.size}=3" },
  { line: "wait gears/g1 --for=condition=Ready" },
  { line: "wait gears --all --for=condition=Ready" },
  { line: "wait node/fake-node --for=condition=Ready" },
  { line: "wait crd/widgets.example.com --for=condition=Established" },
  { line: "wait gadgets/x --for=condition=Ready" },
  { line: "wait pod/none --for=delete" },
  { line: "wait pod/pod-a --for=delete --timeout=1s" },
  { line: "wait pod/pod-a --for=delete --timeout=0" },
  { line: "wait pod/pod-a --for=create" },
  { line: "wait pod/none --for=create --timeout=1s" },
  { line: "wait pod/pod-a -o name --for=condition=Ready" },
  { line: "wait cm/settings -o json --for=jsonpath={.data.mode}=dark" },
  { line: "wait cm/settings -o yaml --for=jsonpath={.data.mode}=dark" },
  {
    line:
      "wait cm/settings -o jsonpath={.data.mode} --for=jsonpath={.data.mode}=dark",
  },
  { line: "wait cm -l set=both -o name --for=jsonpath={.data.mode}=dark" },
  { line: "wait -f - --for=condition=Ready", stdin: manifest },
  { line: "wait -f - --for=jsonpath={.metadata.uid}", stdin: documents },
  { line: "wait -f none.yaml --for=condition=Ready" },
  { line: "wait pod/pod-a" },
  { line: "wait --for=condition=Ready" },
  { line: "wait pods --for=condition=Ready" },
  { line: "wait pod/pod-a --for=odd=thing" },
  { line: "wait pod/pod-a --for=condition=Ready --timeout=soon" },
  { line: "wait pod/pod-a --for=condition=Ready --context=none" },
  { line: "wait pod/pod-a --for=condition=Ready --as=nobody" },
];

const meanwhile: readonly Case[] = [
  {
    line: "wait pod/late --for=create --timeout=120s",
    meanwhile: creates("late"),
  },
  {
    line: "wait pod/late --for=delete --timeout=120s",
    meanwhile: deletes("late"),
  },
  {
    line: "wait deployment/stuck --for=condition=Available --timeout=120s",
    meanwhile: scales("stuck", 0),
  },
  {
    line:
      "wait deployment/stuck --for=jsonpath={.spec.replicas}=2 --timeout=120s",
    meanwhile: scales("stuck", 2),
  },
];

const rollouts: readonly Case[] = [
  { line: "rollout status deployment/web" },
  { line: "rollout status deployment web" },
  { line: "rollout status deploy/web --timeout=120s" },
  { line: "rollout status statefulset/db" },
  { line: "rollout status daemonset/agent" },
  { line: "rollout status sts/byhand" },
  { line: "rollout status deployment/stuck --timeout=5s" },
  { line: "rollout status deployment/stuck --watch=false" },
  { line: "rollout status deployment/expired" },
  { line: "rollout status deployment/web --revision=7" },
  { line: "rollout status deployment/web --revision=1" },
  { line: "rollout status deployment/none" },
  { line: "rollout status deployment -l app=web" },
  { line: "rollout status pod/pod-a" },
  { line: "rollout status" },
];

/** `kubectl get … -w` and `watch …`, interrupted after a number of lines. */
const watches: readonly Case[] = [
  { line: "pods -l tier=front", meanwhile: touchPod, enough: 4 },
  { line: "pods -l tier=front -o wide", meanwhile: touchPod, enough: 4 },
  { line: "pods -A -l tier=front", meanwhile: touchPod, enough: 5 },
  { line: "pods -l tier=front -o name", meanwhile: touchPod, enough: 3 },
  { line: "pods -l tier=front --no-headers", meanwhile: touchPod, enough: 3 },
  {
    line: "pods -l tier=front --output-watch-events",
    meanwhile: touchPod,
    enough: 4,
  },
  { line: "pods -l tier=front --show-labels", meanwhile: touchPod, enough: 4 },
  { line: "pods -l tier=front -L tier,none", meanwhile: touchPod, enough: 4 },
  {
    line: "po --field-selector=metadata.name=pod-a",
    meanwhile: touchPod,
    enough: 3,
  },
  { line: "pod/pod-a", meanwhile: touchPod, enough: 3 },
  { line: "pod pod-a", meanwhile: touchPod, enough: 3 },
  { line: "nodes", meanwhile: touchNode, enough: 3 },
  { line: "no/fake-node -o wide", meanwhile: touchNode, enough: 3 },
  { line: "widgets", meanwhile: touchWidget, enough: 3 },
  { line: "wx -o wide", meanwhile: touchWidget, enough: 3 },
  { line: "deployment web", meanwhile: touchWeb, enough: 3 },
  { line: "cm -l set=both", meanwhile: touchConfig, enough: 4 },
  {
    line: "cm/settings -o jsonpath={.data.mode}",
    enough: 0,
  },
  { line: "pod/none" },
  { line: "gadgets" },
  { line: "pods --as=nobody" },
];

const usage: Difference = {
  code: 2,
  why:
    "an invalid command line has its own exit status, so that a script can distinguish it from a failed wait",
};

/** The intended differences, and their reasons. */
const differences: ReadonlyMap<string, Difference> = new Map<
  string,
  Difference
>([
  ["wait po/pod-a --for=jsonpath={.status[}=1", usage],
  ["wait pod/pod-a", usage],
  ["wait --for=condition=Ready", usage],
  ["wait pods --for=condition=Ready", usage],
  ["wait pod/pod-a --for=odd=thing", usage],
  ["wait pod/pod-a --for=condition=Ready --timeout=soon", usage],
  ["rollout status", usage],
  [
    'wait po/pod-a --for=jsonpath={.spec.containers[?(@.name!="none")].name}=main',
    {
      code: 0,
      stdout: ["pod/pod-a condition met"],
      why:
        "kubectl takes the equal sign of != for the one before the value, and rejects the rest",
    },
  ],
]);

/** An intended difference. */
interface Difference {
  /** The exit status of ours; defaults to that of `kubectl`. */
  readonly code?: number;
  /** The sorted output of ours; defaults to that of `kubectl`. */
  readonly stdout?: readonly string[];
  readonly why: string;
}

function words(line: string): string[] {
  return line.split(" ").map((word) => word.replaceAll("'", ""));
}

/**
 * Returns what to compare, without ages and the padding after them: the programs
 * do not list at the same moment, and `9s` is narrower than `10s`.
 */
function compared({ code, stdout }: Outcome) {
  const age = /(?<= )(?:AGE|(?:[0-9]+[smhdy])+)(?: +|$)/g;
  return { code, stdout: stdout.map((line) => line.replace(age, "AGE ")) };
}

/**
 * Sorts the output: ours reports objects as they become ready, `kubectl` in
 * order.
 */
function sorted({ code, stdout }: Outcome): Outcome {
  return { code, stdout: [...stdout].sort(), stderr: [] };
}

function expected(line: string, theirs: Outcome) {
  const { code, stdout } = differences.get(line) ?? {};
  return { code: code ?? theirs.code, stdout: stdout ?? theirs.stdout };
}

e2eTest("command lines have the same result as in kubectl", async (context) => {
  await using plane = await ControlPlane.start({
    workloads: true,
    recordWatches: true,
  });
  await makeCliState(plane);
  const pair = await CliPair.create(plane);
  const unmet = new Set(differences.keys());

  for (
    const { line, meanwhile: then, ...options } of [
      ...waits,
      ...rollouts,
      ...meanwhile,
    ]
  ) {
    await context.step(line, async () => {
      const both = await pair.run(words(line), words(line), {
        ...options,
        meanwhile: then?.(plane),
      });
      const [ours, theirs] = [sorted(both.ours), sorted(both.theirs)];
      const wanted = expected(line, theirs);
      assertEquals(
        compared(ours),
        compared({ ...wanted, stderr: [] }),
        both.ours.stderr.join("\n"),
      );
      unmet.delete(line);
    });
  }
  for (const { line, meanwhile: then, ...options } of watches) {
    await context.step(`watch ${line}`, async () => {
      const { ours, theirs } = await pair.run(
        ["watch", ...words(line)],
        ["get", "--watch", ...words(line)],
        { ...options, meanwhile: then?.(plane) },
      );
      const wanted = expected(`watch ${line}`, theirs);
      // After a SIGINT, kubectl exits with 1 or 130, depending on timing.
      if (options.enough !== undefined) wanted.code = 130;
      assertEquals(
        compared(ours),
        compared({ ...wanted, stderr: [] }),
        ours.stderr.join("\n"),
      );
      unmet.delete(`watch ${line}`);
    });
  }
  assertEquals(
    [...unmet],
    [],
    "differences that did not occur",
  );
});
