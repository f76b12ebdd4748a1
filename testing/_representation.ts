/**
 * In which form an object leaves the server: whole, or its metadata alone
 * (`as=PartialObjectMetadata`), as the `Accept` header asks.
 *
 * @module
 */

import type { KubernetesObject } from "../api/types.ts";
import { notAcceptable } from "./_statuses.ts";

/** How objects are shown. */
export type Representation = "object" | "metadata";

/** The `apiVersion` of objects that are metadata alone. */
export const META_VERSION = "meta.k8s.io/v1";

/**
 * Reads an `Accept` header.
 *
 * @param accept The header, if there is one.
 * @returns The first form in it that this server has.
 * @throws {StatusError} 406 if it has none of them.
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

/** An object as it leaves the server. */
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
