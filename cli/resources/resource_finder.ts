/**
 * Finds resources by name: built-in ones in a table, others by API discovery,
 * which happens at most once. The rules are those of `kubectl`: see
 * [`Builder`](https://pkg.go.dev/k8s.io/cli-runtime/pkg/resource#Builder) and
 * [`NewShortcutExpander`](https://pkg.go.dev/k8s.io/client-go/restmapper#NewShortcutExpander).
 * A short name, even of a built-in resource, needs discovery: it only counts
 * where the server has no resource with that plural or singular name.
 *
 * @module
 */

import { findStatusError } from "../../api/status_predicates.ts";
import {
  builtInByShortName,
  builtInKind,
  builtInResource,
  type ResourceType,
} from "./built_in.ts";
import type { ApiResource } from "../../cluster/_discovery.ts";
import { didYouMean } from "../../internal/did_you_mean.ts";
import { UnknownResourceError } from "./unknown_resource_error.ts";

/** The resources of a server, by API discovery. */
export interface ResourceCatalog {
  /**
   * All resources; in each group, those of the preferred version come first.
   */
  all(): Promise<readonly ApiResource[]>;
  /**
   * The versions of groups whose resources may be missing in `all`, since their
   * API server does not respond.
   */
  unavailable?(): Promise<readonly string[]>;
  /** The resource of a kind. */
  kind(apiVersion: string, kind: string): Promise<ApiResource>;
}

/** Finds resources by name or kind. */
export class ResourceFinder {
  readonly #load: () => Promise<ResourceCatalog>;
  #loaded: Promise<ResourceCatalog> | undefined;

  /**
   * Creates a finder. Sends no request yet.
   *
   * @param load Loads the catalog when it is first needed.
   */
  constructor(load: () => Promise<ResourceCatalog>) {
    this.#load = load;
  }

  /**
   * Finds a resource by name, or the resources of a category (`all`).
   *
   * @param text The name of the resource or category.
   * @returns The resource, or all resources of the category.
   * @throws {UnknownResourceError} If the server does not have the resource.
   * @throws The error of a failed API discovery.
   */
  async find(text: string): Promise<readonly ResourceType[]> {
    const known = builtInResource(text);
    if (known !== undefined) return [known];
    let resources: readonly ApiResource[];
    try {
      resources = await this.#all();
    } catch (error) {
      const expanded = builtInByShortName(text);
      // A server may refuse discovery, and still serve the resource.
      if (expanded === undefined || findStatusError(error) === undefined) {
        throw error;
      }
      return [expanded];
    }
    const category = resources.filter((resource) =>
      resource.categories.includes(text) && resource.verbs.includes("list")
    );
    if (category.length > 0) return category.map(typeOf);
    const found = search(resources, text);
    if (found !== undefined) return [typeOf(found)];
    throw await this.#unknownResource(text, resources);
  }

  /**
   * Finds the resource of a kind.
   *
   * @param apiVersion The `apiVersion` of the objects.
   * @param kind The `kind` of the objects.
   * @returns The resource.
   * @throws The error of a failed API discovery.
   */
  async ofKind(apiVersion: string, kind: string): Promise<ResourceType> {
    const known = builtInKind(apiVersion, kind);
    if (known !== undefined) return known;
    return typeOf(await (await this.#catalog()).kind(apiVersion, kind));
  }

  /**
   * Finds a built-in resource of which the server has another version than the
   * table.
   *
   * @param resource The resource that the server returned 404 for.
   * @returns The resource, in the version that the server has.
   * @throws {UnknownResourceError} If the server does not have the resource.
   * @throws The error of a failed API discovery.
   */
  async rediscover(resource: ResourceType): Promise<ResourceType> {
    const resources = await this.#all();
    const found = resources.find(({ plural, group }) =>
      plural === resource.plural && group === resource.group
    );
    if (found !== undefined && found.version !== resource.version) {
      return typeOf(found);
    }
    throw await this.#unknownResource(resource.plural, resources);
  }

  async #unknownResource(
    text: string,
    resources: readonly ApiResource[],
  ): Promise<UnknownResourceError> {
    const catalog = await this.#catalog();
    const unavailable = await catalog.unavailable?.() ?? [];
    return unknownResource(text, resources, unavailable);
  }

  #catalog(): Promise<ResourceCatalog> {
    return this.#loaded ??= this.#load();
  }

  async #all(): Promise<readonly ApiResource[]> {
    return await (await this.#catalog()).all();
  }
}

function typeOf(
  { plural, group, version, namespaced }: ApiResource,
): ResourceType {
  return { plural, group, version, namespaced, builtIn: false };
}

/** `name`, `name.group` (or a prefix of the group), `name.version.group`. */
function search(
  resources: readonly ApiResource[],
  text: string,
): ApiResource | undefined {
  const [name = "", ...rest] = text.toLowerCase().split(".");
  const [version, ...groupParts] = rest;
  const group = rest.join(".");
  const filters: ((resource: ApiResource) => boolean)[] = rest.length === 0
    ? [() => true]
    : [
      (resource) =>
        groupParts.length > 0 && resource.version === version &&
        resource.group === groupParts.join("."),
      (resource) => resource.group === group,
      (resource) => resource.group.startsWith(group),
    ];
  for (const filter of filters) {
    const candidates = resources.filter(filter);
    // Full names take precedence over short names.
    const found = candidates.find((resource) => hasName(resource, name)) ??
      candidates.find(({ shortNames }) => shortNames.includes(name));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `pods` (in the core group), `deployments.v1.apps`. */
function fullName({ plural, version, group }: ApiResource): string {
  return group === "" ? plural : `${plural}.${version}.${group}`;
}

function hasName(
  { plural, singular, kind }: ApiResource,
  name: string,
): boolean {
  return plural === name || singular === name || kind.toLowerCase() === name;
}

function unknownResource(
  text: string,
  resources: readonly ApiResource[],
  unavailable: readonly string[],
): UnknownResourceError {
  const [name = "", ...place] = text.toLowerCase().split(".");
  const elsewhere = resources.filter((resource) => hasName(resource, name))
    .map(fullName);
  if (place.length > 0 && elsewhere.length > 0) {
    const names = [...new Set(elsewhere)].join(", ");
    return new UnknownResourceError(name, `it has ${names}, but not ${text}`);
  }
  const names = resources.flatMap(({ plural, singular, shortNames }) => [
    plural,
    ...singular === "" ? [] : [singular],
    ...shortNames,
  ]);
  const advice = didYouMean(name, names) || unknownPart(place, unavailable);
  return new UnknownResourceError(name, advice);
}

/** Names the API servers that may have a resource, but do not respond. */
function unknownPart(
  place: readonly string[],
  unavailable: readonly string[],
): string {
  // `name.group` or `name.version.group`.
  const groups = [place, place.slice(1)].map((parts) => parts.join("."));
  const candidates = unavailable.filter((version) =>
    place.length === 0 ||
    groups.some((group) => group !== "" && version.startsWith(group))
  );
  if (candidates.length === 0) return "";
  return `the API server of ${candidates.join(", ")}, which may have it, ` +
    "does not respond";
}
