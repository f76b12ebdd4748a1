/**
 * Which objects can be awaited over one watch: those of one resource in one
 * namespace, however many of them are named. One that is named alone is asked
 * for by its name, so that nothing else is sent.
 *
 * @module
 */

import type { Target } from "./resources/selection.ts";

/** Objects that are awaited over one watch. */
export interface WaitGroup {
  /** What is listed and watched. */
  readonly target: Target;
  /** Which of its objects are meant; undefined for all. */
  readonly names: readonly string[] | undefined;
}

/**
 * Puts together what can be awaited over one watch.
 *
 * @param targets What is waited for.
 * @returns The groups, in the order of their first targets.
 */
export function groupTargets(targets: readonly Target[]): WaitGroup[] {
  const groups = new Map<string, Target[]>();
  for (const target of targets) {
    const { resource: { plural, group, version }, namespace, name } = target;
    const key = name === undefined
      ? `${groups.size}`
      : [plural, version, group, namespace].join("/");
    groups.set(key, [...groups.get(key) ?? [], target]);
  }
  return [...groups.values()].flatMap(groupOf);
}

/**
 * Takes a group apart, for a server that allows to see each of its objects but
 * not all of them.
 *
 * @param group The group.
 * @returns A group for each object; empty where it cannot be taken apart.
 */
export function splitGroup({ target, names = [] }: WaitGroup): WaitGroup[] {
  return names.length < 2
    ? []
    : names.map((name) => ({ target: { ...target, name }, names: [name] }));
}

function groupOf(targets: readonly Target[]): WaitGroup[] {
  const [target] = targets;
  if (target === undefined) return [];
  const { name, ...others } = target;
  if (name === undefined) return [{ target, names: undefined }];
  const names = [...new Set(targets.flatMap(({ name }) => name ?? []))];
  return [{ target: names.length === 1 ? target : others, names }];
}
