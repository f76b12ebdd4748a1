/**
 * From what a resource was called to the resource: by a table where Kubernetes
 * itself has it, else by asking the server what it has, which is done once at
 * most. The rules are those of `kubectl`: see
 * [`Builder`](https://pkg.go.dev/k8s.io/cli-runtime/pkg/resource#Builder).
 *
 * @module
 */

import { builtInKind, builtInResource, type ResourceType } from "./built_in.ts";
import type { ApiResource } from "../../cluster/_discovery.ts";
import { didYouMean } from "../../internal/did_you_mean.ts";
import { UnknownResourceError } from "./unknown_resource_error.ts";

/** What a server has, by API discovery. */
export interface ResourceCatalog {
  /** All resources; those of the preferred version come first in a group. */
  all(): Promise<readonly ApiResource[]>;
  /** The resource whose objects are of a kind. */
  kind(apiVersion: string, kind: string): Promise<ApiResource>;
}

/** Finds resources. */
export class ResourceFinder {
  readonly #load: () => Promise<ResourceCatalog>;
  #loaded: Promise<ResourceCatalog> | undefined;

  /**
   * Asks nothing yet.
   *
   * @param load Loads what asks the server.
   */
  constructor(load: () => Promise<ResourceCatalog>) {
    this.#load = load;
  }

  /**
   * Finds a resource, or those of a category (`all`).
   *
   * @param text What it was called.
   * @returns One resource, or all of the category.
   * @throws {UnknownResourceError} If the server has none of that name.
   * @throws What the server answers instead.
   */
  async find(text: string): Promise<readonly ResourceType[]> {
    const known = builtInResource(text);
    if (known !== undefined) return [known];
    const resources = await this.#all();
    const category = resources.filter((resource) =>
      resource.categories.includes(text) && resource.verbs.includes("list")
    );
    if (category.length > 0) return category.map(typeOf);
    const found = search(resources, text);
    if (found !== undefined) return [typeOf(found)];
    throw unknownResource(text, resources);
  }

  /**
   * Finds the resource of a kind of objects.
   *
   * @param apiVersion Their `apiVersion`.
   * @param kind Their `kind`.
   * @returns The resource.
   * @throws What the server answers instead.
   */
  async ofKind(apiVersion: string, kind: string): Promise<ResourceType> {
    const known = builtInKind(apiVersion, kind);
    if (known !== undefined) return known;
    return typeOf(await (await this.#catalog()).kind(apiVersion, kind));
  }

  /**
   * Finds a resource that is in the table, but not in that version on this
   * server.
   *
   * @param resource The resource that the server has answered 404 for.
   * @returns It in the version that the server has.
   * @throws {UnknownResourceError} If it has none.
   * @throws What the server answers instead.
   */
  async again(resource: ResourceType): Promise<ResourceType> {
    const resources = await this.#all();
    const found = resources.find(({ plural, group }) =>
      plural === resource.plural && group === resource.group
    );
    if (found !== undefined && found.version !== resource.version) {
      return typeOf(found);
    }
    throw unknownResource(resource.plural, resources);
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

/** `name`, `name.group` (or the beginning of it), `name.version.group`. */
function search(
  resources: readonly ApiResource[],
  text: string,
): ApiResource | undefined {
  const [name = "", ...rest] = text.toLowerCase().split(".");
  const [version, ...groupParts] = rest;
  const group = rest.join(".");
  const places: ((resource: ApiResource) => boolean)[] = rest.length === 0
    ? [() => true]
    : [
      (resource) =>
        groupParts.length > 0 && resource.version === version &&
        resource.group === groupParts.join("."),
      (resource) => resource.group === group,
      (resource) => resource.group.startsWith(group),
    ];
  for (const isThere of places) {
    const there = resources.filter(isThere);
    // A whole name counts before a short one, whichever comes first.
    const found = there.find((resource) => isCalled(resource, name)) ??
      there.find(({ shortNames }) => shortNames.includes(name));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `pods`, which is of no group, `deployments.v1.apps`. */
function fullName({ plural, version, group }: ApiResource): string {
  return group === "" ? plural : `${plural}.${version}.${group}`;
}

function isCalled(
  { plural, singular, kind }: ApiResource,
  name: string,
): boolean {
  return plural === name || singular === name || kind.toLowerCase() === name;
}

function unknownResource(
  text: string,
  resources: readonly ApiResource[],
): UnknownResourceError {
  const [name = "", ...place] = text.toLowerCase().split(".");
  const elsewhere = resources.filter((resource) => isCalled(resource, name))
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
  return new UnknownResourceError(name, didYouMean(name, names));
}
