/**
 * Reads manifests from files, directories and standard input: YAML or JSON,
 * with several documents or lists. As in `kubectl wait -f`, they only identify
 * the objects.
 *
 * @module
 */

import { loadAll, YAMLException } from "js-yaml";
import {
  field,
  isRecord,
  listField,
  textField,
} from "../../internal/json_fields.ts";
import { YAML_OPTIONS } from "../../internal/yaml_options.ts";
import type { Manifests, Selection, Target } from "./selection.ts";
import { readFileText } from "../terminal/read_file.ts";
import { filesIn } from "./directories.ts";
import { parseJsonDocuments } from "./json_documents.ts";
import type { TargetContext } from "./target_context.ts";

/** The file extensions of manifests. */
const EXTENSION = /[.](json|ya?ml)$/;

/** An object in a manifest. */
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
}

/**
 * Reads manifests, and resolves the objects that they identify.
 *
 * @param manifests The paths of the manifests.
 * @param selection The namespace that the objects must be in, if any.
 * @param context The default namespace, and how to find resources.
 * @param input The content of standard input, for the path `-`.
 * @returns The objects, in order.
 * @throws {Error} If a manifest cannot be read or is invalid.
 * @throws {UnknownResourceError} If the server does not have the resource.
 */
export async function readManifests(
  { paths, recursive }: Manifests,
  selection: Selection,
  context: TargetContext,
  input = "",
): Promise<Target[]> {
  const targets: Target[] = [];
  for (const path of paths) {
    for (const [source, text] of readPath(path, recursive, input)) {
      for (const manifest of parseManifests(source, text)) {
        targets.push(await targetOf(manifest, selection, context));
      }
    }
  }
  return targets;
}

/** The manifests at a path, each with its name and content. */
function readPath(
  path: string,
  recursive: boolean,
  input: string,
): [source: string, text: string][] {
  if (path === "-") return [["standard input", input]];
  const files = filesIn(path, recursive);
  if (files === undefined) return [[path, readFileText(path, "-f")]];
  const found = files.filter((file) => EXTENSION.test(file));
  if (found.length > 0) {
    return found.map((file) => [file, readFileText(file, "-f")]);
  }
  throw new Error(
    `Cannot find manifests in ${path}: recognized file extensions are .json, .yaml and .yml${
      recursive ? "" : "; use -R to search directories recursively"
    }`,
  );
}

function parseManifests(source: string, text: string): Manifest[] {
  return documentsOf(source, text).flatMap((document) =>
    manifestsIn(source, document)
  );
}

function documentsOf(source: string, text: string): unknown[] {
  if (/^\s*[{]/.test(text)) {
    // Flow mappings of YAML start with a brace, too.
    const documents = parseJsonDocuments(text);
    if (documents !== undefined) return documents;
  }
  try {
    return loadAll(text, YAML_OPTIONS);
  } catch (error) {
    const why = error instanceof YAMLException ? error.reason : String(error);
    const line = error instanceof YAMLException && error.mark
      ? ` (line ${error.mark.line + 1})`
      : "";
    // The error must not quote the manifest, which may contain a secret.
    throw new Error(
      `Cannot parse ${source}: invalid YAML${line}: ${
        why.replace(/["'<].*/s, "…")
      }`,
    );
  }
}

function manifestsIn(source: string, document: unknown): Manifest[] {
  if (document === null || document === undefined) return [];
  const kind = textField(document, "kind");
  const apiVersion = textField(document, "apiVersion");
  if (kind === undefined || kind === "") throw notSet(source, "Kind");
  if (apiVersion === undefined || apiVersion === "") {
    throw notSet(source, "apiVersion");
  }
  if (kind.endsWith("List") && Array.isArray(field(document, "items"))) {
    const of = kind.slice(0, -"List".length);
    return listField(document, "items").flatMap((item) =>
      manifestsIn(
        source,
        // The items of a PodList may omit apiVersion and kind.
        of !== "" && isRecord(item) ? { apiVersion, kind: of, ...item } : item,
      )
    );
  }
  const name = textField(document, "metadata", "name") ?? "";
  if (name === "") {
    throw new Error(
      `Cannot use ${source}: ${kind} has no metadata.name: add the name of the object`,
    );
  }
  const namespace = textField(document, "metadata", "namespace");
  return [{ apiVersion, kind, name, namespace: namespace || undefined }];
}

function notSet(source: string, field: string): Error {
  return new Error(`Cannot use ${source}: Object '${field}' is missing`);
}

async function targetOf(
  { apiVersion, kind, name, namespace }: Manifest,
  selection: Selection,
  context: TargetContext,
): Promise<Target> {
  const resource = await context.resources.ofKind(apiVersion, kind);
  if (!resource.namespaced) return { resource, namespace: undefined, name };
  const wanted = selection.namespace;
  if (namespace !== undefined && wanted !== undefined && namespace !== wanted) {
    throw new Error(
      `the namespace from the provided object "${namespace}" does not match the namespace "${wanted}". You must pass '--namespace=${namespace}' to perform this operation.`,
    );
  }
  return {
    resource,
    namespace: namespace ?? wanted ?? context.namespace,
    name,
  };
}
