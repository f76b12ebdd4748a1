/**
 * Kubeconfig files as they are written: their entries by name, and several
 * files made one as client-go does: the first one to name something wins.
 *
 * @module
 */

import { load, YAMLException } from "js-yaml";
import { isRecord } from "../internal/json_fields.ts";
import { Entry } from "./_kubeconfig_entry.ts";
import { folderOf } from "../internal/runtime.ts";
import { KubeconfigError } from "./kubeconfig_error.ts";

/** An entry, and where its relative paths begin. */
export interface LocatedEntry {
  /** What is written there. */
  readonly entry: Entry;
  /** The folder of its file. */
  readonly folder: string;
}

/** The entries of one kind, by name. */
export type EntriesByName = ReadonlyMap<string, LocatedEntry>;

/** The entries of one kubeconfig file, or of several. */
export interface Kubeconfig {
  /** The files. */
  readonly where: string;
  /** The context that is used unless another one is asked for. */
  readonly currentContext: string | undefined;
  readonly clusters: EntriesByName;
  readonly contexts: EntriesByName;
  readonly users: EntriesByName;
}

/**
 * Whether there is nothing in it.
 *
 * @param config The kubeconfig.
 * @returns Whether it names no cluster, context or user.
 */
export function isEmptyKubeconfig(config: Kubeconfig): boolean {
  return config.clusters.size + config.contexts.size + config.users.size === 0;
}

/**
 * Reads the text of a kubeconfig file.
 *
 * @param text The text, YAML or JSON.
 * @param path The file, for errors and for relative paths.
 * @returns Its entries, of which only the names have been looked at; undefined
 *   where it is empty.
 * @throws {KubeconfigError} If it is no kubeconfig.
 */
export function parseKubeconfig(
  text: string,
  path: string,
): Kubeconfig | undefined {
  const isEmpty = text.split("\n").every((line) => /^\s*(#|$)/.test(line));
  if (isEmpty) return undefined;
  const value = parseYaml(text, path);
  if (!isKubeconfig(value)) {
    throw new KubeconfigError(
      `Cannot use ${path}: it is no kubeconfig, which has clusters, users and contexts`,
    );
  }
  const config = new Entry(path, value);
  const kind = config.text("kind");
  if (kind !== undefined && kind !== "Config") {
    throw config.unusable("it is of another kind than a kubeconfig, Config");
  }
  const folder = folderOf(path);
  return {
    where: path,
    currentContext: config.text("current-context"),
    clusters: byName(config, "cluster", folder),
    contexts: byName(config, "context", folder),
    users: byName(config, "user", folder),
  };
}

/**
 * Makes one kubeconfig of several.
 *
 * @param configs The kubeconfigs, at least one; the first to name a thing wins.
 * @returns All of them.
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

/** What the parsers throw quotes what they parse: only the place is kept. */
function parseYaml(text: string, path: string): unknown {
  if (/^\s*\{/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      // YAML has such beginnings as well.
    }
  }
  try {
    return load(text);
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
  folder: string,
): EntriesByName {
  const entries = new Map<string, LocatedEntry>();
  for (const item of config.entries(`${kind}s`)) {
    const name = item.text("name");
    if (name === undefined) throw item.unusable("it has no name");
    const where = `${kind} ${JSON.stringify(name)} of ${config.where}`;
    if (entries.has(name)) {
      throw new KubeconfigError(
        `Cannot use ${where}: there are two of that name`,
      );
    }
    entries.set(name, {
      entry: item.entry(kind, where) ?? new Entry(where, {}),
      folder,
    });
  }
  return entries;
}
