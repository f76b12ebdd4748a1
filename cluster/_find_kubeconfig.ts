/**
 * Finds the kubeconfig with client-go's precedence: the given file, else the
 * files of `KUBECONFIG`, else `~/.kube/config`, else the service account of the
 * pod; and selects a context, cluster and user in it as `kubectl`'s flags do.
 *
 * Unlike in client-go, a context that refers to a cluster or user that does not
 * exist is an error, and so is a missing configuration.
 *
 * @module
 */

import { resolveAccess } from "./_resolve_access.ts";
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
import { applyClusterOverrides, applyUserOverrides } from "./_overrides.ts";
import { serviceAccountConfig } from "./_service_account.ts";
import { didYouMean } from "../internal/did_you_mean.ts";
import {
  environmentVariable,
  homeDirectory,
  isWindows,
  readTextFile,
  UnreadableFileError,
} from "../internal/runtime.ts";
import type { ClusterOptions } from "./cluster_options.ts";
import { KubeconfigError } from "./kubeconfig_error.ts";

/** How many names an error message lists. */
const SHOWN_NAMES = 10;

/**
 * Finds out how to connect to the cluster that `kubectl` would use.
 *
 * @param options The equivalents of `kubectl`'s flags.
 * @returns How to connect.
 * @throws {KubeconfigError} If there is no configuration, or it is invalid.
 */
export function findClusterAccess(options: ClusterOptions): ClusterAccess {
  const { config, searched } = findKubeconfig(options.kubeconfig);
  if (config !== undefined) return selectAccess(config, options);
  if (options.server !== undefined) return selectAccess(EMPTY, options);
  const found = serviceAccountConfig();
  if ("config" in found) {
    // The name of its context is internal.
    return { ...selectAccess(found.config, options), context: undefined };
  }
  throw new KubeconfigError(
    `Cannot find a cluster: no kubeconfig in ${
      searched.join(", ")
    }, and not running in a pod (${found.missing}): specify a kubeconfig or a server, or set KUBECONFIG`,
  );
}

/**
 * Selects a context, cluster and user of a kubeconfig and applies overrides.
 *
 * @param config The kubeconfig.
 * @param options Which entries to select, and what overrides them.
 * @returns How to connect.
 * @throws {KubeconfigError} If an entry does not exist or is invalid.
 */
export function selectAccess(
  config: Kubeconfig,
  options: ClusterOptions,
): ClusterAccess {
  const name = options.context ?? config.currentContext;
  const context = selectContext(config, name, options);
  const cluster = options.cluster ?? context.entry.string("cluster");
  const user = options.user ?? context.entry.string("user");
  const { where } = context.entry;
  const foundUser = select(config, "user", user, where);
  if (cluster === undefined && options.server === undefined) {
    throw context.entry.unusable("it names no cluster");
  }
  return resolveAccess({
    context: name,
    namespace: options.namespace ?? context.entry.string("namespace"),
    cluster: applyClusterOverrides(
      select(config, "cluster", cluster, where),
      options,
    ),
    user: applyUserOverrides(foundUser, options),
    userLocation: user === undefined || foundUser.path === undefined
      ? undefined
      : { path: foundUser.path, name: user },
  });
}

const EMPTY: Kubeconfig = {
  where: "the given options",
  currentContext: undefined,
  clusters: new Map(),
  contexts: new Map(),
  users: new Map(),
};

function selectContext(
  config: Kubeconfig,
  name: string | undefined,
  { context, cluster, server }: ClusterOptions,
): LocatedEntry {
  if (name === undefined) {
    if (cluster !== undefined || server !== undefined) {
      return emptyEntry(config.where);
    }
    throw new KubeconfigError(
      `Cannot choose a context of ${config.where}: current-context is not set: ${
        listNames("context", config.contexts)
      }`,
    );
  }
  const label = context === undefined ? "current-context" : "context";
  return find("context", config.contexts, name, config.where, label);
}

function select(
  config: Kubeconfig,
  kind: "cluster" | "user",
  name: string | undefined,
  where: string,
): LocatedEntry {
  if (name === undefined) return emptyEntry(where);
  const entries = kind === "cluster" ? config.clusters : config.users;
  return find(kind, entries, name, where);
}

function emptyEntry(where: string): LocatedEntry {
  return { entry: new Entry(where, {}), directory: "." };
}

function find(
  kind: string,
  entries: EntriesByName,
  name: string,
  where: string,
  label = kind,
): LocatedEntry {
  const found = entries.get(name);
  if (found !== undefined) return found;
  const advice = didYouMean(name, entries.keys()) || listNames(kind, entries);
  throw new KubeconfigError(
    `Cannot find ${label} ${JSON.stringify(name)} of ${where}: ${advice}`,
  );
}

function listNames(kind: string, entries: EntriesByName): string {
  if (entries.size === 0) return `it has no ${kind}s`;
  const names = [...entries.keys()];
  const more = names.length > SHOWN_NAMES ? ", …" : "";
  const shown = names.slice(0, SHOWN_NAMES).join(", ");
  return `available ${kind}s: ${shown}${more}`;
}

/** The kubeconfig, or where none was found. */
interface Search {
  readonly config?: Kubeconfig;
  readonly searched: readonly string[];
}

function findKubeconfig(given: string | undefined): Search {
  if (given !== undefined) {
    const config = parseKubeconfig(readKubeconfig(given), given);
    if (config !== undefined) return { config, searched: [] };
    throw new KubeconfigError(`Cannot use ${given}: it is empty`);
  }
  const paths = defaultPaths();
  const searched: string[] = [];
  const configs: Kubeconfig[] = [];
  for (const path of paths) {
    const config = parseIfPresent(path, searched);
    if (config !== undefined) configs.push(config);
  }
  const [first, ...rest] = configs;
  if (first !== undefined) {
    return { config: mergeKubeconfigs([first, ...rest]), searched };
  }
  return {
    searched: searched.length > 0
      ? searched
      : ["KUBECONFIG (not set) and ~/.kube/config (HOME is not set)"],
  };
}

function defaultPaths(): readonly string[] {
  const variable = environmentVariable("KUBECONFIG");
  if (variable !== undefined) {
    const paths = variable.split(isWindows() ? ";" : ":");
    return [...new Set(paths.filter((path) => path !== ""))];
  }
  const home = homeDirectory();
  return home === undefined ? [] : [`${home}/.kube/config`];
}

/** Files that `KUBECONFIG` lists may be missing or empty. */
function parseIfPresent(
  path: string,
  searched: string[],
): Kubeconfig | undefined {
  let text: string;
  try {
    text = readTextFile(path);
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    if (!error.isMissing) throw unreadable(path, error);
    searched.push(`${path} (${error.message})`);
    return undefined;
  }
  const config = parseKubeconfig(text, path);
  if (config !== undefined && !isEmptyKubeconfig(config)) return config;
  searched.push(`${path} (empty)`);
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
