/**
 * What resources a server has. One request tells of all of them where the
 * server aggregates them (`apidiscovery.k8s.io`); where it does not, each
 * version of each group is asked for. One kind is found by one request in any
 * case: its group and version are known.
 *
 * What has been found is kept. What has not been found may be made any moment
 * (a CustomResourceDefinition), so that it is asked for again: a kind, which is
 * one small request, each time; all that there is not more often than every few
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

/** A resource as the server knows it. */
export interface ApiResource {
  /** Plural name, as in paths: `"deployments"`. */
  readonly plural: string;
  /** Singular name; the plural one's where the server gives none. */
  readonly singular: string;
  /** Kind of its objects. */
  readonly kind: string;
  readonly shortNames: readonly string[];
  /** API group; empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Whether its objects live in namespaces. */
  readonly namespaced: boolean;
  /** What can be done with it: `"list"`, `"watch"`. */
  readonly verbs: readonly string[];
  /** What else it answers to: `"all"`. */
  readonly categories: readonly string[];
}

/** For how long nobody asks for everything again. */
const MISS_MS = 5000;

const AGGREGATED = ["v2", "v2beta1"].map((version) =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`
).concat("application/json").join(",");

/** One version of a group was asked for. */
interface AskedVersion {
  /** Whether the answer is still to come. */
  readonly isOpen: boolean;
  readonly answer: Promise<readonly ApiResource[]>;
}

/** All that there is was asked for. */
interface AskedForAll {
  readonly atMs: number;
  readonly answer: Promise<readonly ApiResource[]>;
}

/** Asks a server what resources it has. */
export class Discovery {
  readonly #client: Pick<RestClient, "read">;
  readonly #versions = new Map<string, AskedVersion>();
  #all: AskedForAll | undefined;

  /**
   * Asks nothing yet.
   *
   * @param client What to ask through.
   */
  constructor(client: Pick<RestClient, "read">) {
    this.#client = client;
  }

  /**
   * Finds the resource of a kind.
   *
   * @param apiVersion The kind's group and version: `"apps/v1"`.
   * @param kind The kind: `"Deployment"`.
   * @returns The resource.
   * @throws {UnknownKindError} If the server has no such kind.
   * @throws {StatusError} If the server refuses to tell.
   * @throws {ConnectionError} If there is no answer.
   */
  async kind(apiVersion: string, kind: string): Promise<ApiResource> {
    for (;;) {
      const asked = this.#versions.get(apiVersion) ?? this.#askFor(apiVersion);
      const isNews = asked.isOpen;
      const resources = await this.#answerOf(apiVersion, asked);
      const found = resources?.find((resource) => resource.kind === kind);
      if (found !== undefined) return found;
      if (isNews) throw await this.#unknown(apiVersion, kind, resources ?? []);
      // It may have been made since: whoever comes first asks for all.
      this.#forget(apiVersion, asked);
    }
  }

  /**
   * All resources that the server tells of, each group's preferred version
   * first. A group whose own server does not answer is left out.
   *
   * @returns The resources, as they were found first.
   * @throws {StatusError} If the server refuses to tell.
   * @throws {ConnectionError} If there is no answer.
   */
  async all(): Promise<readonly ApiResource[]> {
    return await (this.#all ?? this.#askForAll()).answer;
  }

  /**
   * All resources, as they are by now: for whoever has not found one.
   *
   * @returns The resources, a few seconds old at most.
   * @throws What `all` throws.
   */
  async refreshed(): Promise<readonly ApiResource[]> {
    const isRecent = this.#all !== undefined &&
      Date.now() - this.#all.atMs < MISS_MS;
    if (!isRecent) this.#askForAll();
    return await this.all();
  }

  #askFor(apiVersion: string): AskedVersion {
    const answer = this.#version(apiVersion);
    const asked = { isOpen: true, answer };
    this.#versions.set(apiVersion, asked);
    const close = () => {
      asked.isOpen = false;
    };
    answer.then(close, close);
    return asked;
  }

  #forget(apiVersion: string, asked: AskedVersion): void {
    if (this.#versions.get(apiVersion) === asked) {
      this.#versions.delete(apiVersion);
    }
  }

  /** A failure is kept for nobody; that there is no such version is an answer. */
  async #answerOf(
    apiVersion: string,
    asked: AskedVersion,
  ): Promise<readonly ApiResource[] | undefined> {
    try {
      return await asked.answer;
    } catch (error) {
      if (findStatusError(error)?.code === 404) return undefined;
      this.#forget(apiVersion, asked);
      throw error;
    }
  }

  #askForAll(): AskedForAll {
    const asked = { atMs: Date.now(), answer: this.#everything() };
    this.#all = asked;
    asked.answer.catch(() => {
      if (this.#all === asked) this.#all = undefined;
    });
    return asked;
  }

  async #everything(): Promise<readonly ApiResource[]> {
    const [core, groups] = await Promise.all([
      this.#read("/api", AGGREGATED),
      this.#read("/apis", AGGREGATED),
    ]);
    const lists = await Promise.all([
      this.#resourcesOf(core),
      this.#resourcesOf(groups),
    ]);
    return lists.flat();
  }

  async #resourcesOf(answer: JsonRecord): Promise<readonly ApiResource[]> {
    if (answer.kind === "APIGroupDiscoveryList") return aggregated(answer);
    const versions = versionsOf(answer);
    const results = await Promise.allSettled(
      versions.map((version) => this.#version(version)),
    );
    const failed = results.find((result) => result.status === "rejected");
    const lists = results.flatMap((result) =>
      result.status === "fulfilled" ? [result.value] : []
    );
    if (lists.length === 0 && failed !== undefined) throw failed.reason;
    return lists.flat();
  }

  async #version(apiVersion: string): Promise<readonly ApiResource[]> {
    const [version = "", group = ""] = apiVersion.split("/").reverse();
    const root = group === "" ? "/api" : `/apis/${encodeURIComponent(group)}`;
    const path = `${root}/${encodeURIComponent(version)}`;
    const answer = await this.#read(path, "application/json");
    return listOf(answer.resources)
      .map((resource) => legacyResource(resource, group, version))
      // Subresources are listed along, as "pods/log".
      .filter(({ plural }) => plural !== "" && !plural.includes("/"));
  }

  async #read(path: string, accept: string): Promise<JsonRecord> {
    const body = await this.#client.read({ path, accept });
    return parseBody(body, isRecord, "discovery document");
  }

  async #unknown(
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
        advice = `it is of ${[...new Set(others)].join(", ")}`;
      }
    }
    return new UnknownKindError(
      `The server has no kind ${JSON.stringify(kind)} of ${
        JSON.stringify(apiVersion)
      }: ${advice || "is its CustomResourceDefinition installed?"}`,
      { apiVersion, kind },
    );
  }
}

/**
 * The `apiVersion` of the objects of a resource.
 *
 * @param resource The resource.
 * @returns `"v1"`, `"apps/v1"`.
 */
export function apiVersionOf(
  { group, version }: Pick<ApiResource, "group" | "version">,
): string {
  return group === "" ? version : `${group}/${version}`;
}

function versionsOf(answer: JsonRecord): string[] {
  if (Array.isArray(answer.versions)) return texts(answer.versions);
  return listOf(answer.groups).flatMap((group) =>
    listOf(group.versions).map((version) => text(version.groupVersion))
  );
}

function aggregated(answer: JsonRecord): ApiResource[] {
  return listOf(answer.items).flatMap((group) => {
    const name = isRecord(group.metadata) ? text(group.metadata.name) : "";
    return listOf(group.versions).flatMap((version) =>
      listOf(version.resources).map((resource) =>
        aggregatedResource(resource, name, text(version.version))
      )
    );
  }).filter(({ plural, kind }) => plural !== "" && kind !== "");
}

function aggregatedResource(
  resource: JsonRecord,
  group: string,
  version: string,
): ApiResource {
  const { responseKind } = resource;
  return {
    plural: text(resource.resource),
    singular: text(resource.singularResource) || text(resource.resource),
    kind: isRecord(responseKind) ? text(responseKind.kind) : "",
    shortNames: texts(resource.shortNames),
    group,
    version,
    namespaced: resource.scope === "Namespaced",
    verbs: texts(resource.verbs),
    categories: texts(resource.categories),
  };
}

function legacyResource(
  resource: JsonRecord,
  group: string,
  version: string,
): ApiResource {
  return {
    plural: text(resource.name),
    singular: text(resource.singularName) || text(resource.name),
    kind: text(resource.kind),
    shortNames: texts(resource.shortNames),
    group,
    version,
    namespaced: resource.namespaced === true,
    verbs: texts(resource.verbs),
    categories: texts(resource.categories),
  };
}

/** Go writes a list that was never filled as null. */
function listOf(value: unknown): readonly JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function texts(value: unknown): string[] {
  return Array.isArray(value)
    ? value.filter((item) => typeof item === "string")
    : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
