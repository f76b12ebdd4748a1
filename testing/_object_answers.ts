/**
 * Answers with objects and lists, in the representation of a request.
 *
 * @module
 */

import type { KubernetesObject, ListMeta } from "../api/types.ts";
import type { Answer, Routed } from "./_api_request.ts";
import { META_VERSION, represent } from "./_representation.ts";
import {
  apiVersionOf,
  isDefined,
  type ResourceInfo,
} from "./_resource_info.ts";
import { notAcceptable } from "./_statuses.ts";
import { checkIncludeObject, tableOf } from "./_table.ts";
import type { StoredObject } from "./stored_object.ts";

/** Returns an answer with an object. */
export function objectAnswer(
  { info, representation, request }: Routed,
  object: StoredObject,
  status = 200,
): Answer {
  const converted = inVersion(object, info);
  if (representation === "metadataList") {
    throw notAcceptable(
      "you requested PartialObjectMetadataList, but the requested object is " +
        `not a list (${info.kind})`,
    );
  }
  if (representation !== "table") {
    const body = represent(converted, representation);
    return { type: "json", status, body };
  }
  checkIncludeObject(request.query.get("includeObject"));
  const { resourceVersion = "" } = object.metadata ?? {};
  const body = tableOf([converted], {
    info,
    metadata: { resourceVersion },
    includeObject: request.query.get("includeObject"),
  });
  return { type: "json", status, body };
}

/** Returns an answer with a list. */
export function listAnswer(
  { info, representation, request }: Routed,
  items: readonly StoredObject[],
  metadata: ListMeta,
): Answer {
  const converted = items.map((item) => inVersion(item, info));
  if (representation === "table") {
    const includeObject = request.query.get("includeObject");
    checkIncludeObject(includeObject);
    const body = tableOf(converted, { info, metadata, includeObject });
    return { type: "json", status: 200, body };
  }
  if (representation === "metadata") {
    throw notAcceptable(
      "you requested PartialObjectMetadata, but the requested object is a " +
        `list (${info.listKind})`,
    );
  }
  const partial = representation === "metadataList";
  const represented = converted.map((item) =>
    info.builtIn && !partial ? untyped(item) : represent(item, representation)
  );
  const body = {
    kind: partial ? "PartialObjectMetadataList" : info.listKind,
    apiVersion: partial ? META_VERSION : apiVersionOf(info),
    // A list of custom resources always has a token.
    metadata: isDefined(info) && !partial
      ? { continue: "", ...metadata }
      : metadata,
    // Go encodes a nil slice as null.
    items: partial && items.length === 0 ? null : represented,
  };
  return { type: "json", status: 200, body };
}

/** Returns an object in the version of a resource. */
export function inVersion<T extends KubernetesObject>(
  object: T,
  info: ResourceInfo,
): T {
  const apiVersion = apiVersionOf(info);
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

/** Returns an object with another status, or without one. */
export function withStatus(
  object: StoredObject,
  status: unknown,
): StoredObject {
  const { status: _status, ...rest } = object;
  return status === undefined ? rest : { ...rest, status };
}

/** Returns an object without the metadata that only a server sets. */
export function untouched(object: StoredObject): StoredObject {
  const {
    uid: _uid,
    creationTimestamp: _created,
    deletionTimestamp: _deleted,
    deletionGracePeriodSeconds: _seconds,
    managedFields: _fields,
    selfLink: _link,
    ...metadata
  } = object.metadata ?? {};
  return { ...object, metadata };
}

/** Items in lists of built-in kinds have no `kind` and `apiVersion`. */
function untyped(item: StoredObject): KubernetesObject {
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = item;
  return rest;
}
