/**
 * The resources of a fake server: maps the plural names in paths to the kinds
 * of objects and back. A server has any resource, only given ones, or the
 * built-in ones of a kube-apiserver; and always those that definitions
 * (CustomResourceDefinitions) add at run time. If it has any, the kind of an
 * unknown one is guessed until an object of it is created.
 *
 * @module
 */

import type { FakeResource } from "./fake_resource.ts";
import {
  BUILT_IN,
  customInfo,
  infoOf,
  type ResourceInfo,
  resourceKey,
} from "./_resource_info.ts";

/** The resources of a server. */
export class Resources {
  readonly #known: ResourceInfo[];
  readonly #open: boolean;
  readonly #defined = new Map<string, readonly ResourceInfo[]>();
  /** Resources whose definitions were deleted. */
  readonly #undefined = new Set<string>();

  /**
   * Allows only the given resources, only the built-in ones, or any resource if
   * `undefined`.
   */
  constructor(resources: Iterable<FakeResource> | "built-in" | undefined) {
    if (typeof resources === "string" && resources !== "built-in") {
      throw new TypeError(
        `Cannot use ${
          JSON.stringify(resources)
        } as resources: expected "built-in" or a list of resources`,
      );
    }
    this.#open = resources === undefined;
    this.#known = resources === undefined || resources === "built-in"
      ? [...BUILT_IN]
      : Array.from(resources, (resource) => infoOf(resource));
  }

  /** All known resources; those of definitions come last. */
  all(): readonly ResourceInfo[] {
    const defined = [...this.#defined.values()].flat();
    return [
      ...this.#known.filter((info) => !this.#defined.has(resourceKey(info))),
      ...defined,
    ];
  }

  /**
   * Finds a resource by its plural name; `undefined` if the server does not
   * have it.
   */
  byPlural(
    group: string,
    version: string,
    resource: string,
  ): ResourceInfo | undefined {
    const key = resourceKey({ group, resource });
    const defined = this.#defined.get(key);
    if (defined !== undefined) {
      return defined.find((info) => info.version === version);
    }
    if (this.#undefined.has(key)) return undefined;
    const found = this.#find(
      group,
      version,
      (info) => info.resource === resource,
    );
    if (found !== undefined) return found;
    if (!this.#open) return undefined;
    const kind = guessKind(resource);
    return customInfo({ group, version, resource, kind, guessed: true });
  }

  /**
   * Finds a resource by its kind; `undefined` if the server does not have it.
   */
  byKind(
    group: string,
    version: string,
    kind: string,
  ): ResourceInfo | undefined {
    for (const infos of this.#defined.values()) {
      const defined = infos.find((info) =>
        info.group === group && info.version === version && info.kind === kind
      );
      if (defined !== undefined) return defined;
    }
    const found = this.#find(group, version, (info) => info.kind === kind);
    if (found !== undefined) return found;
    const guess = this.byPlural(group, version, pluralOf(kind));
    return guess === undefined ? undefined : this.learn(guess, kind);
  }

  /** Returns whether the server has any resource of a group and version. */
  hasVersion(group: string, version: string): boolean {
    const known = this.all().some((info) =>
      info.group === group && info.version === version
    );
    if (known || !this.#open) return known;
    const prefix = `${group}/`;
    return ![...this.#undefined].some((key) => key.startsWith(prefix));
  }

  /** Returns whether a group is that of built-in resources. */
  isBuiltInGroup(group: string): boolean {
    return this.#known.some((info) => info.builtIn && info.group === group);
  }

  /** Records the kind of a resource whose kind was guessed. */
  learn(info: ResourceInfo, kind: string): ResourceInfo {
    if (!info.guessed) return info;
    const { group, version, resource, status } = info;
    const learned = customInfo({ group, version, resource, kind, status });
    this.#known.push(learned);
    return learned;
  }

  /** Adds or replaces a resource, in all versions that are served. */
  define(key: string, versions: readonly ResourceInfo[]): void {
    this.#undefined.delete(key);
    this.#defined.set(key, versions);
  }

  /** Removes a resource that was defined. */
  undefine(key: string): void {
    if (this.#defined.delete(key)) this.#undefined.add(key);
  }

  /** Removes all resources that were defined. */
  undefineAll(): void {
    for (const key of [...this.#defined.keys()]) this.undefine(key);
  }

  #find(
    group: string,
    version: string,
    matches: (info: ResourceInfo) => boolean,
  ): ResourceInfo | undefined {
    const inGroup = this.#known.filter((info) =>
      info.group === group && matches(info) &&
      !this.#defined.has(resourceKey(info))
    );
    const exact = inGroup.find((info) => info.version === version);
    if (exact !== undefined) return exact;
    const [other] = inGroup;
    return other === undefined || !this.#open
      ? undefined
      : { ...other, version };
  }
}

/** Guesses the plural name of a kind, like kubectl. */
function pluralOf(kind: string): string {
  const singular = kind.toLowerCase();
  if (singular === "endpoints") return singular;
  if (/(?:s|x|z|ch|sh)$/.test(singular)) return `${singular}es`;
  if (/[^aeiou]y$/.test(singular)) return `${singular.slice(0, -1)}ies`;
  return `${singular}s`;
}

function guessKind(plural: string): string {
  const singular = plural.endsWith("ies")
    ? `${plural.slice(0, -3)}y`
    : /(?:ss|x|z|ch|sh)es$/.test(plural)
    ? plural.slice(0, -2)
    : plural.replace(/s$/, "");
  return singular.charAt(0).toUpperCase() + singular.slice(1);
}
