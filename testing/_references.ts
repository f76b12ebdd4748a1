/**
 * Which object a test means, by its path or by an object like it.
 *
 * @module
 */

import type { KubernetesObject } from "../api/types.ts";
import { isStoredObject } from "./_body.ts";
import { isRecord } from "../internal/json_fields.ts";
import type { ObjectAddress } from "./_objects.ts";
import { parseTarget } from "./_request_target.ts";
import {
  type ResourceInfo,
  type Resources,
  splitApiVersion,
} from "./_resources.ts";
import type { ObjectInput, StoredObject } from "./stored_object.ts";

/**
 * Finds out which object is meant.
 *
 * @param resources The resources that there are.
 * @param reference Its path, or an object of that kind and name.
 * @returns Where it is, or would be.
 * @throws {TypeError} If that cannot be told.
 */
export function resolveReference(
  resources: Resources,
  reference: string | ObjectInput,
): ObjectAddress {
  return typeof reference === "string"
    ? addressOfPath(resources, reference)
    : addressOfObject(resources, reference);
}

/** The object as JSON, in the namespace that it is in. */
export function placed(
  object: KubernetesObject,
  { namespace }: ObjectAddress,
): StoredObject {
  if (namespace === undefined) return asJson(object);
  return asJson({ ...object, metadata: { ...object.metadata, namespace } });
}

/**
 * What becomes of a value on its way to a server.
 *
 * @param value The value.
 * @returns A copy of what JSON keeps of it.
 * @throws {TypeError} If that is no object of Kubernetes.
 */
export function asJson(value: object): StoredObject {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  if (isRecord(copy) && isStoredObject(copy)) return copy;
  throw new TypeError(
    `Cannot store ${JSON.stringify(value)}: it is no object of Kubernetes`,
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
      }: it is not the path of an object that this server may have`,
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
      `Cannot tell which object ${
        JSON.stringify(object)
      } is: give it an apiVersion, a kind and a metadata.name`,
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
  return { info, namespace: scopeOf(info, namespace), name };
}

/** The namespace that an object is in, `default` where it has to be in one. */
function scopeOf(
  info: ResourceInfo,
  namespace: string | undefined,
): string | undefined {
  if (info.namespaced === false) return undefined;
  return namespace ?? (info.namespaced ? "default" : undefined);
}
