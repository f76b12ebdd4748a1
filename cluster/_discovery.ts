/**
 * Discovers the resources of a server. If the server supports aggregated
 * discovery (`apidiscovery.k8s.io`), all resources take two requests; otherwise
 * one more for each version of each group. A single kind takes one request in
 * either case, as its group and version are known.
 *
 * Resources that were found are cached. What was not found may be created at
 * any time (by a CustomResourceDefinition), so it is requested again: a kind,
 * which is one small request, each time; all resources at most every few
 * seconds.
 *
 * @module
 */

import { isRecord, type JsonRecord } from "../internal/json_fields.ts";
import { parseBody } from "../rest/_response_body.ts";
import type { RestClient } from "../rest/_rest_client.ts";
import { didYouMean } from "../internal/did_you_mean.ts";
import { findStatusError } from "../api/status_predicates.ts";
import { UnknownKindError } from "./unknown_kind_error.ts";

/** A resource, as `metav1.APIResource`. */
export interface ApiResource {
  /** Plural name, as in paths: `"deployments"`. */
  readonly plural: string;
  /** Singular name; the plural one if the server does not send any. */
  readonly singular: string;
  /** Kind of its objects. */
  readonly kind: string;
  readonly shortNames: readonly string[];
  /** API group; empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Whether it is namespaced rather than cluster-scoped. */
  readonly namespaced: boolean;
  /** The supported verbs: `"list"`, `"watch"`. */
  readonly verbs: readonly string[];
  /** The categories that it belongs to: `"all"`. */
  readonly categories: readonly string[];
}

/** How long all resources are not requested again. */
const MIN_REFRESH_INTERVAL_MS = 5000;

const AGGREGATED = ["v2", "v2beta1"].map((version) =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`
).concat("application/json").join(",");

/** A request for the resources of one version of a group. */
interface VersionRequest {
  readonly isPending: boolean;
  readonly resources: Promise<readonly ApiResource[]>;
}

/** What the server says about all of its resources. */
interface Catalog {
  readonly resources: readonly ApiResource[];
  /** The versions of groups whose API server does not respond. */
  readonly unavailable: readonly string[];
}

/** A request for all resources. */
interface FullRequest {
  readonly atMs: number;
  readonly catalog: Promise<Catalog>;
}

/** Discovers the resources of a server. */
export class Discovery {
  readonly #client: Pick<RestClient, "read">;
  readonly #versions = new Map<string, VersionRequest>();
  #all: FullRequest | undefined;

  /**
   * Creates a discovery client; sends no request yet.
   *
   * @param client Sends the requests.
   */
  constructor(client: Pick<RestClient, "read">) {
    this.#client = client;
  }

  /**
   * Finds the resource of a kind.
   *
   * @param apiVersion The group and version of the kind: `"apps/v1"`.
   * @param kind The kind: `"Deployment"`.
   * @returns The resource.
   * @throws {UnknownKindError} If the server has no such kind.
   * @throws {StatusError} If the server refuses.
   * @throws {ConnectionError} If there is no response.
   */
  async kind(apiVersion: string, kind: string): Promise<ApiResource> {
    for (;;) {
      const request = this.#versions.get(apiVersion) ??
        this.#requestVersion(apiVersion);
      const isFresh = request.isPending;
      const resources = await this.#resultOf(apiVersion, request);
      const found = resources?.find((resource) => resource.kind === kind);
      if (found !== undefined) return found;
      if (isFresh) {
        throw await this.#unknownKind(apiVersion, kind, resources ?? []);
      }
      // It may have been created since: the next request is shared by all.
      this.#forget(apiVersion, request);
    }
  }

  /**
   * Returns all resources of the server, each group's preferred version first.
   * A group whose aggregated API server does not respond is left out; see
   * `unavailable()`.
   *
   * @returns The resources, as of the first request.
   * @throws {StatusError} If the server refuses.
   * @throws {ConnectionError} If there is no response.
   */
  async all(): Promise<readonly ApiResource[]> {
    return (await (this.#all ?? this.#requestAll()).catalog).resources;
  }

  /**
   * Returns the versions of groups whose resources are missing in `all`, or may
   * be out of date, since their aggregated API server does not respond.
   *
   * @returns The versions: `"metrics.k8s.io/v1beta1"`.
   * @throws What `all` throws.
   */
  async unavailable(): Promise<readonly string[]> {
    return (await (this.#all ?? this.#requestAll()).catalog).unavailable;
  }

  /**
   * Returns all resources anew, for callers that did not find one in `all`.
   *
   * @returns The resources, at most a few seconds old.
   * @throws What `all` throws.
   */
  async refreshed(): Promise<readonly ApiResource[]> {
    const isRecent = this.#all !== undefined &&
      Date.now() - this.#all.atMs < MIN_REFRESH_INTERVAL_MS;
    if (!isRecent) this.#requestAll();
    return await this.all();
  }

  #requestVersion(apiVersion: string): VersionRequest {
    const resources = this.#fetchVersion(apiVersion);
    const request = { isPending: true, resources };
    this.#versions.set(apiVersion, request);
    const settle = () => {
      request.isPending = false;
    };
    resources.then(settle, settle);
    return request;
  }

  #forget(apiVersion: string, request: VersionRequest): void {
    if (this.#versions.get(apiVersion) === request) {
      this.#versions.delete(apiVersion);
    }
  }

  /** Does not cache failures, except that the version does not exist. */
  async #resultOf(
    apiVersion: string,
    request: VersionRequest,
  ): Promise<readonly ApiResource[] | undefined> {
    try {
      return await request.resources;
    } catch (error) {
      if (findStatusError(error)?.code === 404) return undefined;
      this.#forget(apiVersion, request);
      throw error;
    }
  }

  #requestAll(): FullRequest {
    const request = { atMs: Date.now(), catalog: this.#fetchAll() };
    this.#all = request;
    request.catalog.catch(() => {
      if (this.#all === request) this.#all = undefined;
    });
    return request;
  }

  async #fetchAll(): Promise<Catalog> {
    const [core, groups] = await Promise.all([
      this.#read("/api", AGGREGATED),
      this.#read("/apis", AGGREGATED),
    ]);
    const catalogs = await Promise.all([
      this.#fetchResources(core),
      this.#fetchResources(groups),
    ]);
    return {
      resources: catalogs.flatMap(({ resources }) => resources),
      unavailable: catalogs.flatMap(({ unavailable }) => unavailable),
    };
  }

  async #fetchResources(response: JsonRecord): Promise<Catalog> {
    if (response.kind === "APIGroupDiscoveryList") {
      return {
        resources: aggregatedResources(response),
        unavailable: staleVersions(response),
      };
    }
    const versions = versionsOf(response);
    const results = await Promise.allSettled(
      versions.map((version) => this.#fetchVersion(version)),
    );
    const failed = results.find((result) => result.status === "rejected");
    const lists = results.flatMap((result) =>
      result.status === "fulfilled" ? [result.value] : []
    );
    if (lists.length === 0 && failed !== undefined) throw failed.reason;
    const unavailable = versions.filter((_, index) =>
      results[index]?.status === "rejected"
    );
    return { resources: lists.flat(), unavailable };
  }

  async #fetchVersion(apiVersion: string): Promise<readonly ApiResource[]> {
    const [version = "", group = ""] = apiVersion.split("/").reverse();
    const root = group === "" ? "/api" : `/apis/${encodeURIComponent(group)}`;
    const path = `${root}/${encodeURIComponent(version)}`;
    const response = await this.#read(path, "application/json");
    return listOf(response.resources)
      .map((resource) => legacyResource(resource, group, version))
      // The list includes subresources, such as "pods/log".
      .filter(({ plural }) => plural !== "" && !plural.includes("/"));
  }

  async #read(path: string, accept: string): Promise<JsonRecord> {
    const body = await this.#client.read({ path, accept });
    return parseBody(body, isRecord, "discovery document");
  }

  async #unknownKind(
    apiVersion: string,
    kind: string,
    resources: readonly ApiResource[],
  ): Promise<UnknownKindError> {
    let advice = didYouMean(kind, resources.map((resource) => resource.kind));
    if (advice === "") {
      const all = await this.all().catch(() => []);
      const others = all.filter((resource) => resource.kind === kind)
        .map(apiVersionOf);
      if (others.length > 0) {
        advice = `it is in ${[...new Set(others)].join(", ")}`;
      }
    }
    return new UnknownKindError(
      `The server has no kind ${JSON.stringify(kind)} in version ${
        JSON.stringify(apiVersion)
      }: ${advice || "is its CustomResourceDefinition installed?"}`,
      { apiVersion, kind },
    );
  }
}

/**
 * Returns the `apiVersion` of the objects of a resource.
 *
 * @param resource The resource.
 * @returns `"v1"`, `"apps/v1"`.
 */
export function apiVersionOf(
  { group, version }: Pick<ApiResource, "group" | "version">,
): string {
  return group === "" ? version : `${group}/${version}`;
}

function versionsOf(response: JsonRecord): string[] {
  if (Array.isArray(response.versions)) return asStrings(response.versions);
  return listOf(response.groups).flatMap((group) =>
    listOf(group.versions).map((version) => asString(version.groupVersion))
  );
}

function aggregatedResources(response: JsonRecord): ApiResource[] {
  return listOf(response.items).flatMap((group) => {
    const name = isRecord(group.metadata) ? asString(group.metadata.name) : "";
    return listOf(group.versions).flatMap((version) =>
      listOf(version.resources).map((resource) =>
        aggregatedResource(resource, name, asString(version.version))
      )
    );
  }).filter(({ plural, kind }) => plural !== "" && kind !== "");
}

/**
 * The versions that the aggregator could not ask its API server for at its last
 * attempt.
 */
function staleVersions(response: JsonRecord): string[] {
  return listOf(response.items).flatMap((group) => {
    const name = isRecord(group.metadata) ? asString(group.metadata.name) : "";
    return listOf(group.versions)
      .filter(({ freshness }) => freshness === "Stale")
      .map(({ version }) =>
        apiVersionOf({ group: name, version: asString(version) })
      );
  });
}

function aggregatedResource(
  resource: JsonRecord,
  group: string,
  version: string,
): ApiResource {
  const { responseKind } = resource;
  return {
    plural: asString(resource.resource),
    singular: asString(resource.singularResource) ||
      asString(resource.resource),
    kind: isRecord(responseKind) ? asString(responseKind.kind) : "",
    shortNames: asStrings(resource.shortNames),
    group,
    version,
    namespaced: resource.scope === "Namespaced",
    verbs: asStrings(resource.verbs),
    categories: asStrings(resource.categories),
  };
}

function legacyResource(
  resource: JsonRecord,
  group: string,
  version: string,
): ApiResource {
  return {
    plural: asString(resource.name),
    singular: asString(resource.singularName) || asString(resource.name),
    kind: asString(resource.kind),
    shortNames: asStrings(resource.shortNames),
    group,
    version,
    namespaced: resource.namespaced === true,
    verbs: asStrings(resource.verbs),
    categories: asStrings(resource.categories),
  };
}

/** Go encodes a nil slice as null. */
function listOf(value: unknown): readonly JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function asStrings(value: unknown): string[] {
  return Array.isArray(value)
    ? value.filter((item) => typeof item === "string")
    : [];
}

function asString(value: unknown): string {
  return typeof value === "string" ? value : "";
}
