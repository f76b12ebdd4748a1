/**
 * Parses kubeconfig files into entries by name, and merges several files as
 * client-go does: the first file to define an entry wins.
 *
 * @module
 */

import { loadAll, YAMLException } from "js-yaml";
import { isRecord } from "../internal/json_fields.ts";
import { Entry } from "./_kubeconfig_entry.ts";
import { directoryOf } from "../internal/runtime.ts";
import { YAML_OPTIONS } from "../internal/yaml_options.ts";
import { KubeconfigError } from "./kubeconfig_error.ts";

/** An entry and the directory that its relative paths refer to. */
export interface LocatedEntry {
  readonly entry: Entry;
  /** The directory of the kubeconfig file. */
  readonly directory: string;
  /** The kubeconfig file, if there is one. */
  readonly path?: string | undefined;
}

/** The entries of one kind, by name. */
export type EntriesByName = ReadonlyMap<string, LocatedEntry>;

/** The entries of one kubeconfig file or of several merged ones. */
export interface Kubeconfig {
  /** The paths of the files, for messages. */
  readonly where: string;
  /** The name of the default context. */
  readonly currentContext: string | undefined;
  readonly clusters: EntriesByName;
  readonly contexts: EntriesByName;
  readonly users: EntriesByName;
}

/**
 * Reports whether a kubeconfig says nothing about which cluster to use. One
 * that only sets `current-context` does: tools that switch contexts per shell
 * put such a file before the others in `KUBECONFIG`.
 *
 * @param config The kubeconfig.
 * @returns Whether it has no cluster, context, user or `current-context`.
 */
export function isEmptyKubeconfig(config: Kubeconfig): boolean {
  const { clusters, contexts, users, currentContext } = config;
  return clusters.size + contexts.size + users.size === 0 &&
    currentContext === undefined;
}

/**
 * Parses a kubeconfig file.
 *
 * @param text The content of the file, YAML or JSON.
 * @param path The path of the file, for messages and for relative paths.
 * @returns Its entries, of which only the names have been validated; undefined
 *   if the file is empty.
 * @throws {KubeconfigError} If it is not a kubeconfig.
 */
export function parseKubeconfig(
  text: string,
  path: string,
): Kubeconfig | undefined {
  const isEmpty = text.split("\n").every((line) => /^\s*(#|$)/.test(line));
  if (isEmpty) return undefined;
  const value = parseYaml(text, path) ?? undefined;
  if (value === undefined) return undefined;
  if (!isKubeconfig(value)) {
    throw new KubeconfigError(
      `Cannot use ${path}: it is not a kubeconfig, which has clusters, users and contexts`,
    );
  }
  const config = new Entry(path, value);
  const kind = config.string("kind");
  if (kind !== undefined && kind !== "Config") {
    throw config.unusable('it is not a kubeconfig: its kind is not "Config"');
  }
  const directory = directoryOf(path);
  return {
    where: path,
    currentContext: config.string("current-context"),
    clusters: byName(config, "cluster", directory),
    contexts: byName(config, "context", directory),
    users: byName(config, "user", directory),
  };
}

/**
 * Merges kubeconfigs.
 *
 * @param configs The kubeconfigs; the first to define an entry wins.
 * @returns The merged kubeconfig.
 */
export function mergeKubeconfigs(
  configs: readonly [Kubeconfig, ...Kubeconfig[]],
): Kubeconfig {
  return configs.slice(1).reduce<Kubeconfig>((all, next) => ({
    where: `${all.where}, ${next.where}`,
    currentContext: all.currentContext ?? next.currentContext,
    clusters: new Map([...next.clusters, ...all.clusters]),
    contexts: new Map([...next.contexts, ...all.contexts]),
    users: new Map([...next.users, ...all.users]),
  }), configs[0]);
}

/**
 * Parses YAML or JSON. The parsers' errors quote the input, so only the position
 * is kept.
 *
 * @param text The content of a kubeconfig file.
 * @param path The path of the file, for messages.
 * @returns Its value.
 * @throws {KubeconfigError} If it cannot be parsed.
 */
export function parseYaml(text: string, path: string): unknown {
  if (/^\s*\{/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      // It may be a YAML flow mapping.
    }
  }
  try {
    // As kubectl, which reads the first document.
    return loadAll(text, YAML_OPTIONS)[0];
  } catch (error) {
    const place = error instanceof YAMLException && error.mark
      ? ` (line ${error.mark.line + 1}, column ${error.mark.column + 1})`
      : "";
    const why = error instanceof YAMLException
      ? `: ${error.reason.replace(/["'<].*/s, "…")}`
      : "";
    throw new KubeconfigError(
      `Cannot use ${path}: it is not YAML${place}${why}`,
    );
  }
}

function isKubeconfig(value: unknown): boolean {
  return isRecord(value) &&
    ("clusters" in value || "contexts" in value || "users" in value ||
      "current-context" in value || value.kind === "Config");
}

function byName(
  config: Entry,
  kind: "cluster" | "context" | "user",
  directory: string,
): EntriesByName {
  const entries = new Map<string, LocatedEntry>();
  for (const item of config.entries(`${kind}s`)) {
    const name = item.string("name");
    if (name === undefined) throw item.unusable("it has no name");
    const where = `${kind} ${JSON.stringify(name)} of ${config.where}`;
    if (entries.has(name)) {
      throw new KubeconfigError(
        `Cannot use ${where}: the name is not unique`,
      );
    }
    entries.set(name, {
      entry: item.entry(kind, where) ?? new Entry(where, {}),
      directory,
      path: config.where,
    });
  }
  return entries;
}
