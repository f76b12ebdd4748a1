/**
 * Resolves the objects that a command line selects.
 *
 * @module
 */

import type { TargetContext } from "./target_context.ts";
import type { Manifests, Selection, Target } from "./selection.ts";
import type { CliIo } from "../terminal/io.ts";
import { builtInResource, type ResourceType } from "./built_in.ts";
import { UsageError } from "../terminal/usage_error.ts";

/**
 * Reads standard input if it contains manifests (`-f -`).
 *
 * @param manifests The paths of the manifests.
 * @param context Standard input, and the signal that aborts reading it.
 * @returns The content; undefined if no manifest is on standard input.
 * @throws The signal's reason if it is aborted.
 */
export async function inputOf(
  { paths }: Manifests,
  { io, signal }: { readonly io: CliIo; readonly signal: AbortSignal },
): Promise<string | undefined> {
  if (!paths.includes("-")) return undefined;
  if (io.stdin !== undefined) return await io.stdin.read(signal);
  throw new Error("Cannot read manifests: standard input is not available");
}

/**
 * Resolves the objects that a command line selects, by arguments or manifests.
 *
 * @param args The selection and the manifests.
 * @param context The default namespace, and how to find resources.
 * @param input The content of standard input, for manifests.
 * @returns The objects, in order.
 * @throws What `findTargets` and `readManifests` throw.
 */
export async function targetsOf(
  { selection, manifests }: {
    readonly selection: Selection;
    readonly manifests: Manifests;
  },
  context: TargetContext,
  input: string | undefined,
): Promise<Target[]> {
  if (manifests.paths.length === 0) {
    return await findTargets(selection, context);
  }
  // Loaded on demand: it depends on a YAML parser.
  const { readManifests } = await import("./manifests.ts");
  return await readManifests(manifests, selection, context, input);
}

/**
 * Resolves the objects that arguments and options select.
 *
 * @param selection The selection.
 * @param context The default namespace, and how to find resources.
 * @returns The objects, in the order of the command line.
 * @throws {UsageError} If options are mutually exclusive.
 * @throws {UnknownResourceError} If the server does not have a resource.
 */
export async function findTargets(
  selection: Selection,
  context: TargetContext,
): Promise<Target[]> {
  const targets: Target[] = [];
  const seen = new Set<string>();
  for (const { resource: text, name } of selection.resourceArguments) {
    for (const resource of await context.resources.find(text)) {
      const key = [resource.plural, resource.group, name ?? "/"].join(" ");
      if (seen.has(key)) continue;
      seen.add(key);
      targets.push(targetOf(selection, context, { text, resource, name }));
    }
  }
  return targets;
}

function targetOf(
  selection: Selection,
  context: TargetContext,
  { text, resource, name }: {
    text: string;
    resource: ResourceType;
    name: string | undefined;
  },
): Target {
  const { allNamespaces, labelSelector, fieldSelector } = selection;
  const { namespaced } = resource;
  if (name !== undefined && namespaced && allNamespaces) {
    throw nameAcrossNamespaces(text, name);
  }
  const namespace = namespaced && !allNamespaces
    ? selection.namespace ?? context.namespace
    : undefined;
  return {
    resource,
    namespace,
    ...(name === undefined ? {} : { name }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}

/**
 * Checks, before anything is requested, that no object of a built-in resource
 * is selected by name in all namespaces. `findTargets` checks the others.
 *
 * @param selection The selection.
 * @throws {UsageError} If there is one.
 */
export function checkNamespaces(
  { allNamespaces, resourceArguments }: Selection,
): void {
  if (!allNamespaces) return;
  for (const { resource: text, name } of resourceArguments) {
    const isNamespaced = builtInResource(text)?.namespaced === true;
    if (name !== undefined && isNamespaced) {
      throw nameAcrossNamespaces(text, name);
    }
  }
}

function nameAcrossNamespaces(text: string, name: string): UsageError {
  return new UsageError(
    `-A and a name (${text}/${name}) are mutually exclusive: use -n to specify the namespace`,
  );
}
