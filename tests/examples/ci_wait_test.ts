// What the job prints, and that one failure ends all waits.

import { assert, assertEquals, assertThrows } from "@std/assert";
import type { KubernetesObject } from "@watchtools/kube";
import { FakeListerWatcher } from "@watchtools/kube/testing";
import { parseTargets, waitInCi } from "../../examples/ci_wait.ts";

const DEPLOYMENT = {
  kind: "Deployment",
  metadata: { name: "web", generation: 1 },
  spec: { replicas: 1 },
};
const ROLLED_OUT = {
  ...DEPLOYMENT,
  status: {
    observedGeneration: 1,
    replicas: 1,
    updatedReplicas: 1,
    availableReplicas: 1,
  },
};
const JOB = { kind: "Job", metadata: { name: "migrate" } };
const jobThatIs = (type: string, message = "") => ({
  ...JOB,
  status: { conditions: [{ type, status: "True", message }] },
});

/** Starts a wait for the Job and the Deployment, which exist but are not ready. */
function start({ timeoutMs = 0, onGitHub = false } = {}) {
  const jobs = new FakeListerWatcher<KubernetesObject>({ objects: [JOB] });
  const deployments = new FakeListerWatcher<KubernetesObject>({
    objects: [DEPLOYMENT],
  });
  const log: string[] = [];
  const done = waitInCi(parseTargets(["job/migrate", "deployment/web"]), {
    open: ({ kind }) => Promise.resolve(kind === "Job" ? jobs : deployments),
    timeoutMs,
    log: (line) => log.push(line),
    onGitHub,
  });
  const watching = Promise.all([
    jobs.watchCalled(1),
    deployments.watchCalled(1),
  ]);
  return { jobs, deployments, log, done, watching };
}

Deno.test("waitInCi() is done when everything is ready", async () => {
  const { jobs, deployments, log, done, watching } = start();
  await watching;
  deployments.modify(ROLLED_OUT);
  jobs.modify(jobThatIs("Complete"));
  assertEquals(await done, true);
  assert(log.includes("job/migrate: ready"));
  assert(log.includes("deployment/web: ready"));
});

Deno.test("waitInCi() says that something is not there yet", async () => {
  const { jobs, deployments, log, done, watching } = start();
  await watching;
  deployments.delete("web");
  deployments.add(ROLLED_OUT);
  jobs.modify(jobThatIs("Complete"));
  assertEquals(await done, true);
  assert(log.includes("deployment/web: not found yet"));
});

Deno.test("waitInCi() ends at once when a job has failed", async () => {
  const { jobs, deployments, log, done, watching } = start({ onGitHub: true });
  await watching;
  jobs.modify(jobThatIs("Failed", "100%\nbroken"));
  assertEquals(await done, false);
  assertEquals(deployments.openWatches, 0);
  const error = log.find((line) => line.startsWith("::error")) ?? "";
  assert(error.startsWith("::error title=job/migrate::"), error);
  assert(error.includes("100%25"), error);
});

Deno.test("waitInCi() says what is missing when it times out", async () => {
  const { log, done } = start({ timeoutMs: 1 });
  assertEquals(await done, false);
  assert(log.some((line) => line.startsWith("deployment/web: timed out")));
  assert(log.some((line) => line.startsWith("job/migrate: timed out")));
});

Deno.test("parseTargets() takes KIND/NAME", () => {
  assertEquals(
    parseTargets(["job/a", "daemonset/b"]).map((
      { kind, name },
    ) => [kind, name]),
    [["Job", "a"], ["DaemonSet", "b"]],
  );
});

Deno.test("parseTargets() throws for unsupported targets", () => {
  for (const arg of ["web", "job/", "pod/a", "toString/a", "job/a/b", ""]) {
    assertThrows(() => parseTargets([arg]), TypeError);
  }
  assertThrows(() => parseTargets([]), TypeError);
});
