/**
 * Routes requests: finds the resource and the operation for a path and method.
 * Failures are thrown as `StatusError`. Everything here is synchronous, so that
 * each request is atomic.
 *
 * @module
 */

import {
  type Answer,
  type ApiRequest,
  pageNotFound,
  type Routed,
  type RoutedObject,
} from "./_api_request.ts";
import { Collections } from "./_collections.ts";
import { discover } from "./_discovery.ts";
import { Items } from "./_items.ts";
import { representationOf } from "./_representation.ts";
import { parseTarget, type RequestTarget } from "./_request_target.ts";
import { isDefined, type ResourceInfo } from "./_resource_info.ts";
import type { ServerState } from "./_server_state.ts";
import {
  methodNotAllowed,
  notFound,
  unknownResource,
  verbNotSupported,
} from "./_statuses.ts";

/** The subresources that this server has. */
const SUBRESOURCES = ["finalize", "status"];

/** Answers requests from the state of a server. */
export class Router {
  readonly #state: ServerState;
  readonly #collections: Collections;
  readonly #items: Items;

  constructor(state: ServerState) {
    this.#state = state;
    this.#collections = new Collections(state);
    this.#items = new Items(state);
  }

  /** Answers a request. Throws a `StatusError` if it is rejected. */
  answer(request: ApiRequest): Answer {
    const { method, path, headers } = request;
    const target = parseTarget(path);
    if (target === undefined) return this.#document(request);
    const { resources } = this.#state;
    if (!resources.hasVersion(target.group, target.version)) {
      return notServed(this.#state, target.group);
    }
    const info = resourceOf(this.#state, target);
    if (info === undefined) return notServed(this.#state, target.group);
    const accept = headers.get("accept");
    const representation = representationOf(accept, this.#state.tables);
    const routed = { request, target, info, representation };
    if (target.name === undefined) return this.#collection(routed);
    const { namespace, name } = target;
    const item = { ...routed, address: { info, namespace, name } };
    if (target.subresource !== undefined) return this.#subresource(item);
    switch (method) {
      case "GET":
        return this.#items.get(item);
      case "PUT":
      case "PATCH":
        return this.#items.write(item);
      case "DELETE":
        return this.#items.delete(item);
      default:
        throw methodNotAllowed();
    }
  }

  #document({ method, path, headers }: ApiRequest): Answer {
    const { resources } = this.#state;
    const accept = headers.get("accept");
    const document = method === "GET"
      ? discover(resources, path, accept)
      : undefined;
    if (document !== undefined) {
      return { type: "json", status: 200, ...document };
    }
    const [root, first, second] = path.split("/").filter((part) => part !== "");
    const group = root === "api" && first !== undefined
      ? ""
      : root === "apis" && second !== undefined
      ? first
      : undefined;
    return group === undefined ? pageNotFound() : notServed(this.#state, group);
  }

  #collection(routed: Routed): Answer {
    const { request, info, target } = routed;
    switch (request.method) {
      case "GET":
        return this.#collections.read(routed);
      case "POST":
        if (info.namespaced && target.namespace === undefined) {
          throw methodNotAllowed();
        }
        return this.#collections.create(routed);
      case "DELETE":
        if (!info.verbs.includes("deletecollection")) throw methodNotAllowed();
        return this.#collections.delete(routed);
      default:
        throw methodNotAllowed();
    }
  }

  #subresource(routed: RoutedObject): Answer {
    const { target, info, request } = routed;
    const isKnown = SUBRESOURCES.includes(target.subresource ?? "") &&
      info.subresources.some(({ name }) => name === target.subresource);
    if (!isKnown) {
      throw isDefined(info) ? notFound(info, target.name) : unknownResource();
    }
    if (target.subresource === "status") {
      switch (request.method) {
        case "GET":
          return this.#items.get(routed);
        case "PUT":
        case "PATCH":
          return this.#items.writeStatus(routed);
      }
    }
    if (target.subresource === "finalize" && request.method === "PUT") {
      return this.#items.finalize(routed);
    }
    throw isDefined(info)
      ? verbNotSupported(info, request.method)
      : methodNotAllowed();
  }
}

/** A group that is not there is answered otherwise than a version of it. */
function notServed({ resources }: ServerState, group: string): Answer {
  if (resources.isBuiltInGroup(group)) throw unknownResource();
  return pageNotFound();
}

function resourceOf(
  { resources }: ServerState,
  { group, version, resource, namespace, name }: RequestTarget,
): ResourceInfo | undefined {
  const info = resources.byPlural(group, version, resource);
  const misplaced = info?.namespaced === false && namespace !== undefined ||
    info?.namespaced === true && namespace === undefined &&
      name !== undefined;
  return misplaced ? undefined : info;
}
