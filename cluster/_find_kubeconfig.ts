/**
 * Finds the kubeconfig, as client-go does: the file that is asked for, else
 * those of `KUBECONFIG`, else `~/.kube/config`, else what a pod is given; and
 * chooses in it what `kubectl`'s flags choose.
 *
 * Unlike client-go, a context that names what does not exist is an error here,
 * and so is having found nothing at all.
 *
 * @module
 */

import { accessOf } from "./_resolve_access.ts";
import type { ClusterAccess } from "./_cluster_access.ts";
import { Entry } from "./_kubeconfig_entry.ts";
import {
  type EntriesByName,
  isEmptyKubeconfig,
  type Kubeconfig,
  type LocatedEntry,
  mergeKubeconfigs,
  parseKubeconfig,
} from "./_kubeconfig_file.ts";
import { withClusterOptions, withUserOptions } from "./_overrides.ts";
import { serviceAccountConfig } from "./_service_account.ts";
import { didYouMean } from "../internal/did_you_mean.ts";
import {
  environmentVariable,
  homeFolder,
  isWindows,
  readTextFile,
  UnreadableFileError,
} from "../internal/runtime.ts";
import type { ClusterOptions } from "./cluster_options.ts";
import { KubeconfigError } from "./kubeconfig_error.ts";

/** How many names an error shows. */
const SHOWN_NAMES = 10;

/**
 * How the cluster is reached that `kubectl` would reach with such flags.
 *
 * @param options The flags.
 * @returns How.
 * @throws {KubeconfigError} If nothing says how, or it cannot be used.
 */
export function defaultAccess(options: ClusterOptions): ClusterAccess {
  const { config, looked } = findKubeconfig(options.kubeconfig);
  if (config !== undefined) return chooseAccess(config, options);
  if (options.server !== undefined) return chooseAccess(EMPTY, options);
  const found = serviceAccountConfig();
  if ("config" in found) {
    // The name of its context is ours, and nobody else's.
    return { ...chooseAccess(found.config, options), context: undefined };
  }
  throw new KubeconfigError(
    `Cannot find a cluster: no kubeconfig in ${
      looked.join(", ")
    }, and this is no pod (${found.missing}): give a kubeconfig or the address of a server, or set KUBECONFIG`,
  );
}

/**
 * How the cluster of a context is reached.
 *
 * @param config The kubeconfig.
 * @param options What to choose in it, and what outranks it.
 * @returns How.
 * @throws {KubeconfigError} If it cannot be used.
 */
export function chooseAccess(
  config: Kubeconfig,
  options: ClusterOptions,
): ClusterAccess {
  const name = options.context ?? config.currentContext;
  const context = contextOf(config, name, options);
  const cluster = options.cluster ?? context.entry.text("cluster");
  const user = options.user ?? context.entry.text("user");
  const { where } = context.entry;
  if (cluster === undefined && options.server === undefined) {
    throw context.entry.unusable("it names no cluster");
  }
  return accessOf({
    context: name,
    namespace: options.namespace ?? context.entry.text("namespace"),
    cluster: withClusterOptions(
      chosen(config, "cluster", cluster, where),
      options,
    ),
    user: withUserOptions(chosen(config, "user", user, where), options),
  });
}

const EMPTY: Kubeconfig = {
  where: "the given options",
  currentContext: undefined,
  clusters: new Map(),
  contexts: new Map(),
  users: new Map(),
};

function contextOf(
  config: Kubeconfig,
  name: string | undefined,
  { context, cluster, server }: ClusterOptions,
): LocatedEntry {
  if (name === undefined) {
    if (cluster !== undefined || server !== undefined) {
      return nothing(config.where);
    }
    throw new KubeconfigError(
      `Cannot choose a context of ${config.where}: it has no current-context: ${
        knownNames("give a context", config.contexts)
      }`,
    );
  }
  const where = context === undefined
    ? `the current-context of ${config.where}`
    : config.where;
  return find("context", config.contexts, name, where);
}

function chosen(
  config: Kubeconfig,
  kind: "cluster" | "user",
  name: string | undefined,
  where: string,
): LocatedEntry {
  if (name === undefined) return nothing(where);
  const entries = kind === "cluster" ? config.clusters : config.users;
  return find(kind, entries, name, where);
}

function nothing(where: string): LocatedEntry {
  return { entry: new Entry(where, {}), folder: "." };
}

function find(
  kind: string,
  entries: EntriesByName,
  name: string,
  where: string,
): LocatedEntry {
  const found = entries.get(name);
  if (found !== undefined) return found;
  const advice = didYouMean(name, entries.keys()) ||
    knownNames(`its ${kind}s are`, entries);
  throw new KubeconfigError(
    `Cannot find ${kind} ${JSON.stringify(name)} of ${where}: ${advice}`,
  );
}

function knownNames(intro: string, entries: EntriesByName): string {
  if (entries.size === 0) return "there is none";
  const names = [...entries.keys()];
  const more = names.length > SHOWN_NAMES ? ", …" : "";
  return `${intro}: ${names.slice(0, SHOWN_NAMES).join(", ")}${more}`;
}

/** What was found, or where it was looked for in vain. */
interface Search {
  readonly config?: Kubeconfig;
  readonly looked: readonly string[];
}

function findKubeconfig(given: string | undefined): Search {
  if (given !== undefined) {
    const config = parseKubeconfig(readKubeconfig(given), given);
    if (config !== undefined) return { config, looked: [] };
    throw new KubeconfigError(`Cannot use ${given}: it is empty`);
  }
  const paths = defaultPaths();
  const looked: string[] = [];
  const configs: Kubeconfig[] = [];
  for (const path of paths) {
    const config = parseIfPresent(path, looked);
    if (config !== undefined) configs.push(config);
  }
  const [first, ...rest] = configs;
  if (first !== undefined) {
    return { config: mergeKubeconfigs([first, ...rest]), looked };
  }
  return {
    looked: looked.length > 0
      ? looked
      : ["KUBECONFIG (not set) and ~/.kube/config (there is no HOME)"],
  };
}

function defaultPaths(): readonly string[] {
  const variable = environmentVariable("KUBECONFIG");
  if (variable !== undefined) {
    const paths = variable.split(isWindows() ? ";" : ":");
    return [...new Set(paths.filter((path) => path !== ""))];
  }
  const home = homeFolder();
  return home === undefined ? [] : [`${home}/.kube/config`];
}

/** Several files may be named of which some are not there. */
function parseIfPresent(
  path: string,
  looked: string[],
): Kubeconfig | undefined {
  let text: string;
  try {
    text = readTextFile(path);
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    if (!error.isMissing) throw unreadable(path, error);
    looked.push(`${path} (${error.message})`);
    return undefined;
  }
  const config = parseKubeconfig(text, path);
  if (config !== undefined && !isEmptyKubeconfig(config)) return config;
  looked.push(`${path} (empty)`);
  return undefined;
}

function readKubeconfig(path: string): string {
  try {
    return readTextFile(path);
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: UnreadableFileError): KubeconfigError {
  return new KubeconfigError(`Cannot use ${path}: ${error.message}`);
}
