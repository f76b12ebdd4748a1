/**
 * Requests for collections: list, watch, create, delete.
 *
 * @module
 */

import type { ListMeta } from "../api/types.ts";
import type { Answer, Routed } from "./_api_request.ts";
import {
  asObject,
  checkName,
  checkObjectType,
  parseJsonObject,
} from "./_body.ts";
import { definitionToCreate, isDefinition } from "./_definition_objects.ts";
import { listPage } from "./_list.ts";
import { activeNamespace } from "./_namespace_objects.ts";
import type { ObjectAddress } from "./_object_address.ts";
import { keyOf } from "./_objects.ts";
import {
  listAnswer,
  objectAnswer,
  untouched,
  withStatus,
} from "./_object_answers.ts";
import { checkDryRun, flag, parseOptions } from "./_query.ts";
import { parseShardSelector, type ShardSelector } from "./_shard_selector.ts";
import { deleteOptionsOf, writerOf } from "./_write_options.ts";
import { type ResourceInfo, resourceKey } from "./_resource_info.ts";
import { select, type Selection } from "./_selection.ts";
import type { ServerState } from "./_server_state.ts";
import { badRequest, plainError, resourceVersionSet } from "./_statuses.ts";
import type { StoredObject } from "./stored_object.ts";

/** Answers requests for collections. */
export class Collections {
  readonly #state: ServerState;

  constructor(state: ServerState) {
    this.#state = state;
  }

  /** Answers GET: a list, or a watch. */
  read(routed: Routed): Answer {
    return flag(routed.request.query, "watch")
      ? this.#watch(routed)
      : this.#list(routed);
  }

  /** Answers POST. */
  create(routed: Routed): Answer {
    const { request, info, target } = routed;
    const dryRun = checkDryRun(request.query.getAll("dryRun"), "CreateOptions");
    checkObjectType(request.headers.get("content-type"));
    const given = asObject(parseJsonObject(request.body), info);
    const object = untouched(given);
    const { metadata = {} } = object;
    const { namespace } = target;
    if (metadata.namespace && metadata.namespace !== (namespace ?? "")) {
      throw badRequest(
        "the namespace of the provided object does not match the namespace " +
          "sent on the request",
      );
    }
    if (metadata.resourceVersion) throw resourceVersionSet();
    const name = metadata.name || generatedName(metadata.generateName);
    const learned = this.#state.resources.learn(info, object.kind ?? info.kind);
    const address: ObjectAddress = { info: learned, namespace, name };
    this.#state.namespaces.checkCreate(address);
    checkName(name, info);
    const placed = {
      ...(learned.status ? withStatus(object, undefined) : object),
      metadata: {
        ...metadata,
        name,
        ...(namespace === undefined ? {} : { namespace }),
      },
    };
    const created = this.#state.objects.create(
      address,
      prepared(learned, placed),
      { dryRun, writer: writerOf(request) },
    );
    return objectAnswer(routed, created, 201);
  }

  /** Answers DELETE. */
  delete(routed: Routed): Answer {
    const { request, info } = routed;
    const { store, objects } = this.#state;
    const options = deleteOptionsOf(request);
    const { selection } = this.#selection(routed);
    const selected = (store.entries(selection.prefix) ?? [])
      .map(([, object]) => object)
      .filter((object) => selection.matches(object));
    const resourceVersion = String(store.revision);
    for (const { metadata } of selected) {
      const { name = "", namespace } = metadata ?? {};
      objects.delete({ info, namespace, name }, options);
    }
    return listAnswer(routed, selected, { resourceVersion });
  }

  #list(routed: Routed): Answer {
    const { selection, shard } = this.#selection(routed);
    const options = parseOptions(routed.request.query);
    const page = listPage(this.#state.store, selection, options, this.#state);
    const metadata: ListMeta = {
      ...page.metadata,
      ...(shard === undefined ? {} : { shardInfo: { selector: shard.text } }),
    };
    return listAnswer(routed, page.items, metadata);
  }

  #watch(routed: Routed): Answer {
    const { request, info, representation } = routed;
    const watch = {
      info,
      selection: this.#selection(routed).selection,
      options: parseOptions(request.query),
      representation,
      includeObject: request.query.get("includeObject"),
    };
    return { type: "watch", request: watch };
  }

  #selection({ request, info, target }: Routed): {
    readonly selection: Selection;
    readonly shard: ShardSelector | undefined;
  } {
    const { query } = request;
    const fieldSelector = query.get("fieldSelector") ?? "";
    const isComplete = info.namespaced === false ||
      target.namespace !== undefined;
    const selection = {
      ...select(keyOf(info, target.namespace), {
        labelSelector: query.get("labelSelector") ?? undefined,
        fieldSelector,
        fields: info.fields,
        unknownField: unknownFieldMessage(info),
      }),
      isNamed: isComplete &&
        /(?:^|,)metadata\.name==?[^=,]/.test(fieldSelector),
    };
    const sharded = query.get("shardSelector") ?? "";
    if (sharded === "" || !this.#state.sharding) {
      return { selection, shard: undefined };
    }
    const shard = parsedShard(sharded);
    return {
      selection: {
        ...selection,
        selectsAll: false,
        matches: (object) => shard.matches(object) && selection.matches(object),
      },
      shard,
    };
  }
}

/** What a server says of an unknown field depends on the kind. */
function unknownFieldMessage(
  info: ResourceInfo,
): ((field: string) => string) | undefined {
  switch (resourceKey(info)) {
    case "batch/jobs":
      return (field) => `field label "${field}" not supported for Job`;
    case "resource.k8s.io/resourceslices":
      return (field) =>
        "field label not supported for resource.k8s.io/v1, " +
        `Kind=ResourceSlice: ${field}`;
    default:
      return info.fields.length > 0 || !info.builtIn
        ? (field) => `field label not supported: ${field}`
        : undefined;
  }
}

function parsedShard(selector: string): ShardSelector {
  try {
    return parseShardSelector(selector);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw plainError(`invalid shard selector: ${error.message}`);
  }
}

/** Returns an object as its resource stores it when it is created. */
function prepared(info: ResourceInfo, object: StoredObject): StoredObject {
  if (info.group === "" && info.resource === "namespaces") {
    return activeNamespace(object);
  }
  return isDefinition(info) ? definitionToCreate(object) : object;
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
