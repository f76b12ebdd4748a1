/**
 * Waits in a CI job until everything it has deployed is ready, within one time
 * limit, and says what is not ready and why.
 *
 * ```sh
 * deno run -A examples/ci_wait.ts job/migrate deployment/web statefulset/db
 * ```
 *
 * It uses the cluster that `kubectl` uses. The exit status is 0 if everything is
 * ready, 1 if not, and 2 if the command line is wrong. On GitHub Actions, failures
 * are also shown on the summary page of the run.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program's output

import {
  type Condition,
  contextWithOptionalTimeout,
  isDaemonSetRolledOut,
  isDeploymentRolledOut,
  isJobComplete,
  isStatefulSetRolledOut,
  type ListerWatcher,
  waitFor,
} from "@watchtools/kube";
import { Cluster } from "@watchtools/kube/cluster";

/** Something to wait for. */
export interface Target {
  /** The API group and version: `apps/v1`. */
  apiVersion: string;
  /** The kind: `Deployment`. */
  kind: string;
  /** The name of the object. */
  name: string;
  /** What makes it ready. */
  condition: Condition;
}

const KINDS: Readonly<Record<string, Omit<Target, "name">>> = {
  daemonset: {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    condition: isDaemonSetRolledOut(),
  },
  deployment: {
    apiVersion: "apps/v1",
    kind: "Deployment",
    condition: isDeploymentRolledOut(),
  },
  job: { apiVersion: "batch/v1", kind: "Job", condition: isJobComplete() },
  statefulset: {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    condition: isStatefulSetRolledOut(),
  },
};

/**
 * Parses the targets on the command line.
 *
 * @param args The arguments, each one `KIND/NAME`.
 * @returns The targets.
 * @throws {TypeError} If there are none, or one is not supported.
 */
export function parseTargets(args: readonly string[]): Target[] {
  // Otherwise an empty variable in the job would look like success.
  if (args.length === 0) {
    throw new TypeError("Nothing to wait for: give KIND/NAME");
  }
  return args.map((arg) => {
    const [kind = "", name = "", ...rest] = arg.split("/");
    const known = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
    if (known === undefined || name === "" || rest.length > 0) {
      const kinds = Object.keys(KINDS).join(", ");
      throw new TypeError(
        `Cannot wait for '${arg}': expected KIND/NAME, where KIND is one of ${kinds}`,
      );
    }
    return { ...known, name };
  });
}

/** Options for {@linkcode waitInCi}. */
export interface CiWaitOptions {
  /** Returns what lists and watches the objects of the target's kind. */
  open: (target: Target) => Promise<ListerWatcher>;
  /** Milliseconds for all targets together. */
  timeoutMs: number;
  /** Called with each line of output. */
  log: (line: string) => void;
  /** Whether to print errors as annotations of GitHub Actions. */
  onGitHub?: boolean;
}

/**
 * Waits until all targets are ready. If one fails, such as a Job without retries
 * left, the wait for the others ends as well.
 *
 * @param targets What to wait for.
 * @param options Where to find them, and how long to wait.
 * @returns Whether all of them are ready.
 */
export async function waitInCi(
  targets: readonly Target[],
  { open, timeoutMs, log, onGitHub = false }: CiWaitOptions,
): Promise<boolean> {
  using context = contextWithOptionalTimeout(undefined, timeoutMs);
  const results = await Promise.all(targets.map(async (target) => {
    const label = `${target.kind.toLowerCase()}/${target.name}`;
    try {
      await waitFor(await open(target), target.condition, {
        name: target.name,
        signal: context.signal,
        onProgress: ({ total, pending }) => {
          if (total === 0) log(`${label}: not found yet`);
          for (const { why } of pending) log(`${label}: ${why}`);
        },
      });
      log(`${label}: ready`);
      return true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log(onGitHub ? annotation(label, message) : `${label}: ${message}`);
      context.cancel(new Error(`${label} has failed`));
      return false;
    }
  }));
  return results.every((isReady) => isReady);
}

/** A workflow command; it is one line, so line ends are escaped. */
function annotation(title: string, message: string): string {
  const escaped = message.replaceAll("%", "%25").replaceAll("\r", "%0D")
    .replaceAll("\n", "%0A");
  return `::error title=${title}::${escaped}`;
}

async function main(args: readonly string[]): Promise<number> {
  let targets: Target[];
  try {
    targets = parseTargets(args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
  await using cluster = Cluster.fromDefault();
  const { namespace } = cluster;
  const isDone = await waitInCi(targets, {
    open: ({ apiVersion, kind }) =>
      cluster.listerWatcher({ apiVersion, kind, namespace }),
    timeoutMs: 10 * 60_000,
    log: console.log,
    onGitHub: Deno.env.get("GITHUB_ACTIONS") === "true",
  });
  return isDone ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
