/**
 * The representation of objects in responses, negotiated with the `Accept`
 * header: the whole object, or only its metadata (`as=PartialObjectMetadata`).
 *
 * @module
 */

import type { KubernetesObject } from "../api/types.ts";
import { notAcceptable } from "./_statuses.ts";

/** A representation of objects. */
export type Representation = "object" | "metadata";

/** The `apiVersion` of objects that consist only of metadata. */
export const META_VERSION = "meta.k8s.io/v1";

/**
 * Parses an `Accept` header.
 *
 * @param accept The header; null if there is none.
 * @returns The first listed representation that the server supports.
 * @throws {StatusError} With code 406 if the server supports none of them.
 */
export function representationOf(accept: string | null): Representation {
  const ranges = (accept ?? "").split(",").map((range) => range.trim());
  for (const range of ranges) {
    const [type = "", ...parameters] = range.split(";").map((part) =>
      part.trim()
    );
    if (!["", "*/*", "application/*", "application/json"].includes(type)) {
      continue;
    }
    const values = new Map(parameters.map((parameter) => {
      const [name = "", value = ""] = parameter.split("=");
      return [name, value] as const;
    }));
    const form = values.get("as");
    if (form === undefined) return "object";
    const known = form === "PartialObjectMetadata" ||
      form === "PartialObjectMetadataList";
    const version = `${values.get("g")}/${values.get("v")}`;
    if (known && version === META_VERSION) return "metadata";
  }
  throw notAcceptable(["application/json"]);
}

/** Returns an object in a representation. */
export function represent(
  object: KubernetesObject,
  representation: Representation,
): KubernetesObject {
  if (representation === "object") return object;
  return {
    kind: "PartialObjectMetadata",
    apiVersion: META_VERSION,
    metadata: object.metadata,
  };
}
