/**
 * A CI job that waits for a rollout over several steps, none of which may take
 * long. A file, which the job caches between its steps, keeps when the wait
 * began.
 *
 * ```sh
 * deno run -A examples/serverless/ci_steps.ts web rollout.json
 * ```
 *
 * The exit status is 0 if the Deployment is rolled out, 75 if it is not yet, and
 * 1 if it has not been within 20 minutes of the first step.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program's output

import { isDeploymentRolledOut, type ListerWatcher } from "@watchtools/kube";
import { Cluster } from "@watchtools/kube/cluster";
import { fileCheckpoints, resumeWait } from "@watchtools/kube/serverless";

/** Options for {@linkcode waitOneStep}. */
export interface StepOptions {
  /** The name of the Deployment. */
  name: string;
  /** The file that is kept between the steps. */
  file: string;
  /** Milliseconds for this step. */
  budgetMs: number;
  /** Milliseconds for all steps together. */
  timeoutMs: number;
  /** Called with each line of output. */
  log: (line: string) => void;
}

/**
 * Waits in one step of the job.
 *
 * @param deployments Lists and watches the Deployments.
 * @param options Which one, and for how long.
 * @returns The exit status.
 */
export async function waitOneStep(
  deployments: ListerWatcher,
  { name, file, budgetMs, timeoutMs, log }: StepOptions,
): Promise<number> {
  const result = await resumeWait(
    deployments,
    isDeploymentRolledOut(),
    fileCheckpoints(file),
    { name, budgetMs, timeoutMs },
  );
  if (result.state === "met") {
    log(`${name}: rolled out`);
    return 0;
  }
  log(`${name}: ${result.reason}`);
  return result.state === "pending" ? 75 : 1;
}

if (import.meta.main) {
  const [name, file] = Deno.args;
  if (name === undefined || file === undefined) {
    console.error("Give the name of a Deployment and a file");
    Deno.exit(2);
  }
  await using cluster = Cluster.fromDefault();
  const deployments = await cluster.listerWatcher({
    apiVersion: "apps/v1",
    kind: "Deployment",
    namespace: cluster.namespace,
  });
  Deno.exitCode = await waitOneStep(deployments, {
    name,
    file,
    budgetMs: 240_000,
    timeoutMs: 20 * 60_000,
    log: console.log,
  });
}
