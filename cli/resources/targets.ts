/**
 * From what a command line says to the objects on a server that are meant.
 *
 * @module
 */

import type { TargetPlace } from "./target_place.ts";
import type { Manifests, Selection, Target } from "./selection.ts";
import type { CliIo } from "../terminal/io.ts";
import type { ResourceType } from "./built_in.ts";
import { UsageError } from "../terminal/usage_error.ts";

/**
 * Reads standard input where manifests come from there.
 *
 * @param manifests Where they are.
 * @param context Standard input, and what ends the reading.
 * @returns The text; undefined where it is not wanted.
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
 * Finds out which objects are meant, by the words or by manifests.
 *
 * @param args What the command line says.
 * @param place What is known of the server.
 * @param input What standard input holds, which manifests may come from.
 * @returns The objects, in order.
 * @throws What `findTargets` and `readManifests` throw.
 */
export async function targetsOf(
  { selection, manifests }: {
    readonly selection: Selection;
    readonly manifests: Manifests;
  },
  place: TargetPlace,
  input: string | undefined,
): Promise<Target[]> {
  if (manifests.paths.length === 0) return await findTargets(selection, place);
  // Loaded only here: it needs a library.
  const { readManifests } = await import("./manifests.ts");
  return await readManifests(manifests, selection, place, input);
}

/**
 * Finds out which objects are meant.
 *
 * @param selection What the command line says.
 * @param place What is known of the server.
 * @returns The objects, in the order of the command line.
 * @throws {UsageError} If it makes no sense.
 * @throws {UnknownResourceError} If the server has no such resource.
 */
export async function findTargets(
  selection: Selection,
  place: TargetPlace,
): Promise<Target[]> {
  const targets: Target[] = [];
  const seen = new Set<string>();
  for (const { resource: text, name } of selection.mentions) {
    for (const resource of await place.resources.find(text)) {
      const key = [resource.plural, resource.group, name ?? "/"].join(" ");
      if (seen.has(key)) continue;
      seen.add(key);
      targets.push(targetOf(selection, place, { text, resource, name }));
    }
  }
  return targets;
}

function targetOf(
  selection: Selection,
  place: TargetPlace,
  { text, resource, name }: {
    text: string;
    resource: ResourceType;
    name: string | undefined;
  },
): Target {
  const { allNamespaces, labelSelector, fieldSelector } = selection;
  const { namespaced } = resource;
  if (name !== undefined && namespaced && allNamespaces) {
    throw new UsageError(
      `-A and a name (${text}/${name}) are mutually exclusive: use -n to specify the namespace`,
    );
  }
  const namespace = namespaced && !allNamespaces
    ? selection.namespace ?? place.namespace
    : undefined;
  return {
    resource,
    namespace,
    ...(name === undefined ? {} : { name }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}
