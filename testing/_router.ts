/**
 * Routes requests: finds the resource and the operation for a path and method,
 * and answers from the store. Failures are thrown as `StatusError`. Everything
 * here is synchronous, so that each request is atomic.
 *
 * @module
 */

import { EVENT_FIELDS } from "./_field_selector.ts";
import { StatusError } from "../api/status_error.ts";
import type { KubernetesObject, ListMeta, Status } from "../api/types.ts";
import {
  asObject,
  checkAddress,
  checkContentType,
  checkName,
  parseJsonObject,
} from "./_body.ts";
import type { FakeStore } from "./_fake_store.ts";
import { type ListBehavior, listPage } from "./_list.ts";
import { isRecord } from "../internal/json_fields.ts";
import { mergePatch } from "./_merge_patch.ts";
import {
  keyOf,
  type ObjectAddress,
  Objects,
  type Preconditions,
} from "./_objects.ts";
import { flag, parseOptions, type QueryOptions } from "./_query.ts";
import {
  META_VERSION,
  represent,
  type Representation,
  representationOf,
} from "./_representation.ts";
import { parseTarget, type RequestTarget } from "./_request_target.ts";
import {
  apiVersionOf,
  type ResourceInfo,
  type Resources,
} from "./_resources.ts";
import { select, type Selection } from "./_selection.ts";
import {
  badRequest,
  failure,
  methodNotAllowed,
  unknownResource,
} from "./_statuses.ts";
import type { StoredObject } from "./stored_object.ts";

/** The parts of a request that its answer depends on. */
export interface ApiRequest {
  /** The method, in upper case. */
  readonly method: string;
  /** The path of the URL. */
  readonly path: string;
  /** The query of the URL. */
  readonly query: URLSearchParams;
  /** The headers. */
  readonly headers: Headers;
  /** The text of the body; empty if there is none. */
  readonly body: string;
}

/** A watch request. */
export interface WatchRequest {
  /** The resource to watch. */
  readonly info: ResourceInfo;
  /** The objects to watch. */
  readonly selection: Selection;
  /** The options of the request. */
  readonly options: QueryOptions;
  /** The representation of the objects. */
  readonly representation: Representation;
}

/** The answer to a request. */
export type Answer =
  | {
    readonly type: "json";
    readonly status: number;
    readonly body: KubernetesObject | Status;
  }
  | { readonly type: "text"; readonly status: number; readonly body: string }
  | { readonly type: "watch"; readonly request: WatchRequest };

/** A request with its parsed target. */
interface Routed {
  readonly request: ApiRequest;
  readonly info: ResourceInfo;
  readonly target: RequestTarget;
  readonly representation: Representation;
}

const BODY_TYPES = ["application/json"];
const PATCH_TYPES = ["application/merge-patch+json"];

/** Answers requests from a store. */
export class Router {
  readonly #store: FakeStore<StoredObject>;
  readonly #objects: Objects;
  readonly #resources: Resources;
  readonly #listBehavior: () => ListBehavior;

  constructor(
    store: FakeStore<StoredObject>,
    resources: Resources,
    listBehavior: () => ListBehavior,
  ) {
    this.#store = store;
    this.#objects = new Objects(store);
    this.#resources = resources;
    this.#listBehavior = listBehavior;
  }

  /** Answers a request. Throws a `StatusError` if it is rejected. */
  answer(request: ApiRequest): Answer {
    const target = parseTarget(request.path);
    const known = target !== undefined &&
      this.#resources.hasVersion(target.group, target.version);
    // Paths outside of any API are answered with plain text, not a Status.
    if (!known) {
      return { type: "text", status: 404, body: "404 page not found\n" };
    }
    const routed = {
      request,
      target,
      info: this.#resource(target),
      representation: representationOf(request.headers.get("accept")),
    };
    if (target.name === undefined) return this.#collection(routed);
    const address = addressOf(routed.info, target.namespace, target.name);
    if (target.subresource === undefined) return this.#item(routed, address);
    if (target.subresource === "status" && routed.info.status) {
      return this.#status(routed, address);
    }
    throw unknownResource();
  }

  #resource(target: RequestTarget): ResourceInfo {
    const { group, version, resource, namespace, name } = target;
    const info = this.#resources.byPlural(group, version, resource);
    const misplaced = info?.namespaced === false && namespace !== undefined ||
      info?.namespaced === true && namespace === undefined &&
        name !== undefined;
    if (info === undefined || misplaced) throw unknownResource();
    return info;
  }

  #collection(routed: Routed): Answer {
    const { request, info, target } = routed;
    switch (request.method) {
      case "GET":
        return flag(request.query, "watch")
          ? this.#watch(routed)
          : this.#list(routed);
      case "POST":
        if (info.namespaced && target.namespace === undefined) {
          throw methodNotAllowed();
        }
        return this.#create(routed);
      case "DELETE":
        return this.#deleteCollection(routed);
      default:
        throw methodNotAllowed();
    }
  }

  #item(routed: Routed, address: ObjectAddress): Answer {
    const { request, info } = routed;
    switch (request.method) {
      case "GET":
        return objectAnswer(routed, this.#objects.get(address));
      case "PUT":
      case "PATCH": {
        const written = this.#requestedObject(routed, address);
        const { status } = this.#objects.get(address);
        const object = info.status ? withStatus(written, status) : written;
        return objectAnswer(routed, this.#objects.update(address, object));
      }
      case "DELETE":
        return this.#delete(routed, address);
      default:
        throw methodNotAllowed();
    }
  }

  #status(routed: Routed, address: ObjectAddress): Answer {
    switch (routed.request.method) {
      case "GET":
        return objectAnswer(routed, this.#objects.get(address));
      case "PUT":
      case "PATCH": {
        const { status, metadata } = this.#requestedObject(routed, address);
        const current = this.#objects.get(address);
        const { uid, resourceVersion } = metadata ?? {};
        const object = {
          ...withStatus(current, status),
          metadata: { ...current.metadata, uid, resourceVersion },
        };
        return objectAnswer(routed, this.#objects.update(address, object));
      }
      default:
        throw methodNotAllowed();
    }
  }

  #list({ request, info, target, representation }: Routed): Answer {
    const selection = this.#selection(request, info, target);
    const page = listPage(
      this.#store,
      selection,
      parseOptions(request.query),
      this.#listBehavior(),
    );
    return listAnswer(info, representation, page.items, page.metadata);
  }

  #watch({ request, info, target, representation }: Routed): Answer {
    const watch = {
      info,
      selection: this.#selection(request, info, target),
      options: parseOptions(request.query),
      representation,
    };
    return { type: "watch", request: watch };
  }

  #create(routed: Routed): Answer {
    const { request, info, target } = routed;
    checkContentType(request.headers.get("content-type"), BODY_TYPES);
    const object = asObject(parseJsonObject(request.body), info);
    const {
      deletionTimestamp: _at,
      deletionGracePeriodSeconds: _seconds,
      ...metadata
    } = object.metadata ?? {};
    const { namespace } = target;
    if (metadata.namespace && metadata.namespace !== (namespace ?? "")) {
      throw badRequest(
        "the namespace of the provided object does not match the namespace " +
          "sent on the request",
      );
    }
    if (metadata.resourceVersion) {
      throw new StatusError(failure(
        500,
        "",
        "resourceVersion should not be set on objects to be created",
      ));
    }
    const name = metadata.name || generatedName(metadata.generateName);
    checkName(name, info);
    const learned = this.#resources.learn(info, object.kind ?? info.kind);
    const created = this.#objects.create(addressOf(learned, namespace, name), {
      ...(learned.status ? withStatus(object, undefined) : object),
      metadata: {
        ...metadata,
        name,
        ...(namespace === undefined ? {} : { namespace }),
      },
    });
    return objectAnswer(routed, created, 201);
  }

  /** Returns the object that a PUT or PATCH requests. */
  #requestedObject(
    { request, info }: Routed,
    address: ObjectAddress,
  ): StoredObject {
    const patch = request.method === "PATCH";
    checkContentType(
      request.headers.get("content-type"),
      patch ? PATCH_TYPES : BODY_TYPES,
    );
    const body = parseJsonObject(request.body);
    const object = asObject(
      patch ? mergePatch(this.#objects.get(address), body) : body,
      info,
    );
    checkAddress(object, address);
    const { namespace } = address;
    return namespace === undefined
      ? object
      : { ...object, metadata: { ...object.metadata, namespace } };
  }

  #delete(routed: Routed, address: ObjectAddress): Answer {
    const { request, info } = routed;
    const { object, gone } = this.#objects.delete(
      address,
      preconditionsOf(request.body),
    );
    if (!gone) return objectAnswer(routed, object);
    const details = {
      name: address.name,
      ...(info.group === "" ? {} : { group: info.group }),
      kind: info.resource,
      uid: object.metadata?.uid,
    };
    const body: Status = {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Success",
      details,
    };
    return { type: "json", status: 200, body };
  }

  #deleteCollection(routed: Routed): Answer {
    const { request, info, target, representation } = routed;
    const selection = this.#selection(request, info, target);
    const selected = (this.#store.entries(selection.prefix) ?? [])
      .map(([, object]) => object)
      .filter((object) => selection.matches(object));
    const deleted = selected.map(({ metadata }) => {
      const { name = "", namespace } = metadata ?? {};
      return this.#objects.delete(addressOf(info, namespace, name)).object;
    });
    const resourceVersion = String(this.#store.revision);
    return listAnswer(info, representation, deleted, { resourceVersion });
  }

  #selection(
    { query }: ApiRequest,
    info: ResourceInfo,
    { namespace }: RequestTarget,
  ): Selection {
    return select(keyOf(info, namespace), {
      labelSelector: query.get("labelSelector") ?? undefined,
      fieldSelector: query.get("fieldSelector") ?? undefined,
      fields: info.kind === "Event" && info.builtIn ? EVENT_FIELDS : undefined,
    });
  }
}

function addressOf(
  info: ResourceInfo,
  namespace: string | undefined,
  name: string,
): ObjectAddress {
  return { info, namespace, name };
}

/** Returns an object with another status, or without one. */
function withStatus(object: StoredObject, status: unknown): StoredObject {
  const { status: _status, ...rest } = object;
  return status === undefined ? rest : { ...rest, status };
}

function objectAnswer(
  { representation }: Routed,
  object: StoredObject,
  status = 200,
): Answer {
  return { type: "json", status, body: represent(object, representation) };
}

function listAnswer(
  info: ResourceInfo,
  representation: Representation,
  items: readonly StoredObject[],
  metadata: ListMeta,
): Answer {
  const partial = representation === "metadata";
  const represented = items.map((item) =>
    info.builtIn && !partial ? untyped(item) : represent(item, representation)
  );
  const body = {
    kind: partial ? "PartialObjectMetadataList" : `${info.kind}List`,
    apiVersion: partial ? META_VERSION : apiVersionOf(info),
    metadata,
    items: represented,
  };
  return { type: "json", status: 200, body };
}

/** Items in lists of built-in kinds have no `kind` and `apiVersion`. */
function untyped(item: StoredObject): KubernetesObject {
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = item;
  return rest;
}

/**
 * Generates a name from a prefix, with a suffix of five characters like a
 * server.
 */
function generatedName(prefix: string | undefined): string {
  if (!prefix) return "";
  const alphabet = "bcdfghjklmnpqrstvwxz2456789";
  const random = crypto.getRandomValues(new Uint8Array(5));
  const suffix = Array.from(
    random,
    (byte) => alphabet.charAt(byte % alphabet.length),
  );
  return prefix.slice(0, 58) + suffix.join("");
}

function preconditionsOf(body: string): Preconditions {
  if (body === "") return {};
  const { preconditions } = parseJsonObject(body);
  if (!isRecord(preconditions)) return {};
  const { uid, resourceVersion } = preconditions;
  return {
    ...(typeof uid === "string" ? { uid } : {}),
    ...(typeof resourceVersion === "string" ? { resourceVersion } : {}),
  };
}
