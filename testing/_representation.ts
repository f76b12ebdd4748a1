/**
 * The representation of objects in responses, negotiated with the `Accept`
 * header: the whole object, only its metadata (`as=PartialObjectMetadata`), or a
 * row of a table (`as=Table`).
 *
 * @module
 */

import type { StatusError } from "../api/status_error.ts";
import type { KubernetesObject } from "../api/types.ts";
import { notAcceptable } from "./_statuses.ts";

/** A representation of objects. */
export type Representation = "object" | "metadata" | "metadataList" | "table";

/** The `apiVersion` of objects that consist only of metadata, and of tables. */
export const META_VERSION = "meta.k8s.io/v1";

/** A media type that a client accepts, with its parameters. */
interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const JSON_RANGES = ["", "*/*", "application/json"];
const SERVED = [
  "application/json",
  "application/yaml",
  "application/vnd.kubernetes.protobuf",
];

/**
 * Parses an `Accept` header.
 *
 * @param accept The header; null if there is none.
 * @param tables Whether the server supports tables.
 * @returns The first listed representation that the server supports.
 * @throws {StatusError} With code 406 if the server supports none of them.
 */
export function representationOf(
  accept: string | null,
  tables: boolean,
): Representation {
  for (const { parameters } of jsonRanges(accept)) {
    const form = parameters.get("as");
    if (form === undefined) return "object";
    const version = `${parameters.get("g")}/${parameters.get("v")}`;
    if (version !== META_VERSION) continue;
    if (form === "Table" && tables) return "table";
    if (form === "PartialObjectMetadata") return "metadata";
    if (form === "PartialObjectMetadataList") return "metadataList";
  }
  throw unsupportedForm();
}

/**
 * Returns whether a client wants aggregated discovery rather than a document.
 *
 * @param accept The header; null if there is none.
 * @returns Whether aggregated discovery is the first form that is supported.
 * @throws {StatusError} With code 406 if the client accepts neither.
 */
export function isDiscoveryAccepted(accept: string | null): boolean {
  for (const { parameters } of jsonRanges(accept)) {
    const form = parameters.get("as");
    if (form === undefined) return false;
    const isVersion = parameters.get("g") === "apidiscovery.k8s.io" &&
      parameters.get("v") === "v2";
    if (isVersion && form === "APIGroupDiscoveryList") return true;
  }
  throw unsupportedForm();
}

/** Returns an object in a representation other than a table. */
export function represent(
  object: KubernetesObject,
  representation: Representation,
): KubernetesObject {
  if (representation !== "metadata" && representation !== "metadataList") {
    return object;
  }
  return {
    kind: "PartialObjectMetadata",
    apiVersion: META_VERSION,
    metadata: object.metadata,
  };
}

/** Throws a 406 if the client accepts no JSON in any form. */
function jsonRanges(accept: string | null): MediaRange[] {
  const ranges = rangesOf(accept).filter(({ type }) =>
    JSON_RANGES.includes(type)
  );
  if (ranges.length > 0) return ranges;
  throw notAcceptable(
    `406: Not Acceptable\n\nAvailable representations: ${SERVED.join(", ")}`,
    {},
  );
}

function unsupportedForm(): StatusError {
  return notAcceptable(
    `only the following media types are accepted: ${SERVED.join(", ")}`,
  );
}

function rangesOf(accept: string | null): MediaRange[] {
  return (accept ?? "").split(",").map((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) =>
      part.trim()
    );
    return {
      type,
      parameters: new Map(parameters.map((parameter) => {
        const [name = "", value = ""] = parameter.split("=");
        return [name, value] as const;
      })),
    };
  });
}
