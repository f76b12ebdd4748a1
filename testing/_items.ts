/**
 * Requests for single objects: get, replace, patch, delete, and their `status`
 * and `finalize` subresources.
 *
 * @module
 */

import type { Status } from "../api/types.ts";
import type { Answer, ApiRequest, RoutedObject } from "./_api_request.ts";
import {
  asObject,
  checkAddress,
  checkObjectType,
  checkPatchType,
  parseJsonObject,
} from "./_body.ts";
import { CREATED_BY_UPDATE } from "./_built_in_table.ts";
import { isJsonPatch, JSON_PATCH_TYPE } from "./_json_patch.ts";
import { mergePatch } from "./_merge_patch.ts";
import {
  checkSameUid,
  checkUid,
  checkUnconditional,
  needsVersion,
} from "./_object_checks.ts";
import { inVersion, objectAnswer, withStatus } from "./_object_answers.ts";
import { checkDryRun } from "./_query.ts";
import { checkGetVersion, checkObjectVersion } from "./_resource_versions.ts";
import { resourceKey } from "./_resource_info.ts";
import type { ServerState } from "./_server_state.ts";
import { badRequest, notFound } from "./_statuses.ts";
import { deleteOptionsOf, writerOf } from "./_write_options.ts";
import type { StoredObject } from "./stored_object.ts";

const MERGE_PATCH_TYPE = "application/merge-patch+json";
const PATCH_TYPES = [JSON_PATCH_TYPE, MERGE_PATCH_TYPE];

/** Answers requests for single objects. */
export class Items {
  readonly #state: ServerState;

  constructor(state: ServerState) {
    this.#state = state;
  }

  /** Answers GET. */
  get(routed: RoutedObject): Answer {
    checkGetVersion(routed.request.query.get("resourceVersion") ?? "");
    return objectAnswer(routed, this.#state.objects.get(routed.address));
  }

  /** Answers PUT and PATCH. */
  write(routed: RoutedObject): Answer {
    const { request, info, address } = routed;
    const { objects } = this.#state;
    const dryRun = isDryRun(request);
    const written = this.#requested(routed);
    const writer = writerOf(request);
    const current = objects.find(address);
    if (current === undefined) {
      if (!CREATED_BY_UPDATE.has(resourceKey(info))) {
        throw notFound(info, address.name);
      }
      checkUid(address, current, written.metadata?.uid);
      this.#state.namespaces.checkCreate(address);
      const created = objects.create(address, written, { dryRun, writer });
      return objectAnswer(routed, created, 201);
    }
    const object = info.status ? withStatus(written, current.status) : written;
    const updated = objects.update(address, object, { dryRun, writer });
    return objectAnswer(routed, updated);
  }

  /** Answers PUT and PATCH of the `status` subresource. */
  writeStatus(routed: RoutedObject): Answer {
    const { request, address } = routed;
    const dryRun = isDryRun(request);
    const { status, metadata } = this.#requested(routed);
    const current = this.#state.objects.get(address);
    const { uid, resourceVersion } = metadata ?? {};
    const object = {
      ...withStatus(current, status),
      metadata: { ...current.metadata, uid, resourceVersion },
    };
    const writer = writerOf(request, "status");
    const updated = this.#state.objects.update(address, object, {
      dryRun,
      writer,
    });
    return objectAnswer(routed, updated);
  }

  /** Answers PUT of the `finalize` subresource, which only namespaces have. */
  finalize(routed: RoutedObject): Answer {
    const { address } = routed;
    const written = this.#requested(routed);
    const current = this.#state.objects.get(address);
    const object = { ...current, spec: written.spec ?? {} };
    return objectAnswer(routed, this.#state.objects.update(address, object));
  }

  /** Answers DELETE. */
  delete(routed: RoutedObject): Answer {
    const { request, info, address } = routed;
    const { objects } = this.#state;
    const { object, gone } = objects.delete(address, deleteOptionsOf(request));
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

  /** Returns the object that a PUT or PATCH requests. */
  #requested(routed: RoutedObject): StoredObject {
    const { request, info, address } = routed;
    const isPatch = request.method === "PATCH";
    const contentType = request.headers.get("content-type");
    if (isPatch) checkPatchType(contentType, PATCH_TYPES, info);
    else checkObjectType(contentType);
    const object = asObject(
      isPatch ? this.#patched(routed) : parseJsonObject(request.body),
      info,
    );
    checkAddress(object, address);
    if (isPatch) {
      checkSameUid(address, this.#state.objects.get(address), object);
    }
    checkObjectVersion(object.metadata?.resourceVersion);
    if (!isPatch && this.#state.objects.find(address) !== undefined) {
      checkUnconditional(address, object, needsVersion(info));
    }
    const { namespace } = address;
    return namespace === undefined
      ? object
      : { ...object, metadata: { ...object.metadata, namespace } };
  }

  #patched({ request, info, address }: RoutedObject) {
    const current = inVersion(this.#state.objects.get(address), info);
    const { jsonPatch } = this.#state;
    if (!isJsonPatch(request.headers.get("content-type"))) {
      return mergePatch(current, parseJsonObject(request.body));
    }
    if (jsonPatch === undefined) {
      throw badRequest("JSON patches have not been loaded");
    }
    return jsonPatch(current, request.body);
  }
}

function isDryRun({ method, query }: ApiRequest): boolean {
  const kind = method === "PATCH" ? "PatchOptions" : "UpdateOptions";
  return checkDryRun(query.getAll("dryRun"), kind);
}
