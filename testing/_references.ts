/**
 * Resolves references to objects, by path or by an object of the same kind and
 * name.
 *
 * @module
 */

import type { KubernetesObject } from "../api/types.ts";
import { isStoredObject } from "./_body.ts";
import { isRecord } from "../internal/json_fields.ts";
import type { ObjectAddress } from "./_object_address.ts";
import { parseTarget } from "./_request_target.ts";
import { type ResourceInfo, splitApiVersion } from "./_resource_info.ts";
import type { Resources } from "./_resources.ts";
import type { ObjectInput, StoredObject } from "./stored_object.ts";

/**
 * Resolves a reference to an object.
 *
 * @param resources The resources of the server.
 * @param reference The path of the object, or an object of the same kind and
 *   name.
 * @returns The address of the object, which may not exist.
 * @throws {TypeError} If the reference is incomplete or its resource unknown.
 */
export function resolveReference(
  resources: Resources,
  reference: string | ObjectInput,
): ObjectAddress {
  return typeof reference === "string"
    ? addressOfPath(resources, reference)
    : addressOfObject(resources, reference);
}

/** Returns an object as JSON, with the namespace of its address. */
export function placed(
  object: KubernetesObject,
  { namespace }: ObjectAddress,
): StoredObject {
  if (namespace === undefined) return asJson(object);
  return asJson({ ...object, metadata: { ...object.metadata, namespace } });
}

/**
 * Converts a value to JSON, as when it is sent to a server.
 *
 * @param value The value.
 * @returns A copy of the value without what JSON cannot represent.
 * @throws {TypeError} If it is not a Kubernetes object.
 */
export function asJson(value: object): StoredObject {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  if (isRecord(copy) && isStoredObject(copy)) return copy;
  throw new TypeError(
    `Cannot store ${JSON.stringify(value)}: it is not a Kubernetes object`,
  );
}

function addressOfPath(resources: Resources, path: string): ObjectAddress {
  const target = parseTarget(path);
  const info = target === undefined
    ? undefined
    : resources.byPlural(target.group, target.version, target.resource);
  if (info === undefined || target?.name === undefined) {
    throw new TypeError(
      `Cannot find ${
        JSON.stringify(path)
      }: it is not the path of an object of this server's resources, such as "/api/v1/namespaces/default/pods/web"`,
    );
  }
  return { info, namespace: target.namespace, name: target.name };
}

function addressOfObject(
  resources: Resources,
  object: KubernetesObject,
): ObjectAddress {
  const { apiVersion, kind, metadata } = object;
  if (!apiVersion || !kind || !metadata?.name) {
    throw new TypeError(
      `Cannot identify the object ${
        JSON.stringify(object)
      }: it needs an apiVersion, a kind and a metadata.name`,
    );
  }
  const [group, version] = splitApiVersion(apiVersion);
  const info = resources.byKind(group, version, kind);
  if (info === undefined) {
    throw new TypeError(
      `Cannot store a ${kind}: add its resource to the server's resources`,
    );
  }
  const { name, namespace } = metadata;
  return { info, namespace: namespaceOf(info, namespace), name };
}

/**
 * Returns the namespace of an object: `default` if the resource is namespaced
 * and the object has none.
 */
function namespaceOf(
  info: ResourceInfo,
  namespace: string | undefined,
): string | undefined {
  if (info.namespaced === false) return undefined;
  return namespace ?? (info.namespaced ? "default" : undefined);
}
