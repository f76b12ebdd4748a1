/**
 * Changes the image of a Deployment and waits until the change is rolled out,
 * even if connections break.
 *
 * ```sh
 * deno run -A examples/rollout.ts DEPLOYMENT CONTAINER=IMAGE
 * ```
 *
 * It uses the cluster that `kubectl` uses, and makes the change with `kubectl`;
 * any other client would do.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program's output

import {
  isDeploymentRolledOut,
  type KubernetesObject,
  type ListerWatcher,
  waitFor,
} from "@watchtools/kube";
import { Cluster } from "@watchtools/kube/cluster";

/** Options for {@linkcode rollOut}. */
export interface RollOutOptions {
  /** The name of the Deployment. */
  name: string;
  /** Makes the change. */
  change: () => Promise<unknown>;
  /** Milliseconds that the rollout may take. */
  timeoutMs: number;
  /** Called with a line for each step. */
  log: (line: string) => void;
}

/**
 * Makes a change to a Deployment and waits until it is rolled out.
 *
 * The wait starts after the server has acknowledged the change. Its first list
 * is never older than that, and a status that is older than the specification
 * does not count, so the previous rollout is not mistaken for this one.
 *
 * @param deployments Lists and watches Deployments.
 * @param options What to change, and how long to wait.
 * @returns The Deployment, rolled out.
 */
export async function rollOut(
  deployments: ListerWatcher<KubernetesObject>,
  { name, change, timeoutMs, log }: RollOutOptions,
): Promise<KubernetesObject | undefined> {
  await change();
  let last = "";
  const [deployment] = await waitFor(deployments, isDeploymentRolledOut(), {
    name,
    timeoutMs,
    onProgress: ({ pending }) => {
      const why = pending[0]?.why ?? last;
      if (why !== last) log(`${name}: ${why}`);
      last = why;
    },
  });
  log(`${name}: rolled out`);
  return deployment;
}

async function setImage(
  { namespace, name, image }: {
    namespace: string;
    name: string;
    image: string;
  },
): Promise<void> {
  const { success } = await new Deno.Command("kubectl", {
    args: [
      "set",
      "image",
      `--namespace=${namespace}`,
      `deployment/${name}`,
      image,
    ],
    stdout: "null",
  }).spawn().status;
  if (!success) throw new Error(`Cannot change the image of ${name}`);
}

async function main([name, image]: readonly string[]): Promise<number> {
  if (name === undefined || image === undefined) {
    console.error("Usage: rollout.ts DEPLOYMENT CONTAINER=IMAGE");
    return 2;
  }
  await using cluster = Cluster.fromDefault();
  const { namespace } = cluster;
  const deployments = await cluster.listerWatcher({
    apiVersion: "apps/v1",
    kind: "Deployment",
    namespace,
  });
  try {
    await rollOut(deployments, {
      name,
      change: () => setImage({ namespace, name, image }),
      timeoutMs: 5 * 60_000,
      log: console.log,
    });
    return 0;
  } catch (error) {
    // If the wait failed (it timed out, or the Deployment exceeded its progress
    // deadline), the message says why and how far the rollout came.
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
