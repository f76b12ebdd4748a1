/**
 * The resources of a fake server: maps the plural names in paths to the kinds
 * of objects and back. Common built-in resources of Kubernetes are known; the
 * kind of any other resource is guessed until an object of it is created.
 *
 * @module
 */

import type { FakeResource } from "./fake_resource.ts";

/** A resource as known to a server. */
export interface ResourceInfo {
  /** The API group; empty for the core group. */
  readonly group: string;
  /** The version of the group. */
  readonly version: string;
  /** The plural name. */
  readonly resource: string;
  /** The kind of its objects. */
  readonly kind: string;
  /** Whether the kind is guessed. */
  readonly guessed: boolean;
  /** Whether its objects are namespaced; `undefined` if not known. */
  readonly namespaced: boolean | undefined;
  /** Whether it has a `status` subresource. */
  readonly status: boolean;
  /** Whether it is built into servers rather than a custom resource. */
  readonly builtIn: boolean;
}

const NAMESPACED: Readonly<Record<string, string>> = {
  "v1": "Pod Service PersistentVolumeClaim ReplicationController ResourceQuota",
  "apps/v1": "Deployment ReplicaSet StatefulSet DaemonSet",
  "batch/v1": "Job CronJob",
  "autoscaling/v2": "HorizontalPodAutoscaler",
  "networking.k8s.io/v1": "Ingress",
  "policy/v1": "PodDisruptionBudget",
};
const NAMESPACED_WITHOUT_STATUS: Readonly<Record<string, string>> = {
  "v1":
    "ConfigMap Secret ServiceAccount Endpoints Event LimitRange PodTemplate",
  "apps/v1": "ControllerRevision",
  "coordination.k8s.io/v1": "Lease",
  "discovery.k8s.io/v1": "EndpointSlice",
  "events.k8s.io/v1": "Event",
  "networking.k8s.io/v1": "NetworkPolicy",
  "rbac.authorization.k8s.io/v1": "Role RoleBinding",
};
const CLUSTER_SCOPED: Readonly<Record<string, string>> = {
  "v1": "Namespace Node PersistentVolume",
  "apiextensions.k8s.io/v1": "CustomResourceDefinition",
  "apiregistration.k8s.io/v1": "APIService",
  "certificates.k8s.io/v1": "CertificateSigningRequest",
};
const CLUSTER_SCOPED_WITHOUT_STATUS: Readonly<Record<string, string>> = {
  "networking.k8s.io/v1": "IngressClass",
  "rbac.authorization.k8s.io/v1": "ClusterRole ClusterRoleBinding",
  "scheduling.k8s.io/v1": "PriorityClass",
  "storage.k8s.io/v1": "StorageClass VolumeAttachment",
};

const BUILT_IN_GROUPS = new Set(
  [
    NAMESPACED,
    NAMESPACED_WITHOUT_STATUS,
    CLUSTER_SCOPED,
    CLUSTER_SCOPED_WITHOUT_STATUS,
  ].flatMap((kinds) =>
    Object.keys(kinds).map((apiVersion) => splitApiVersion(apiVersion)[0])
  ),
);
const BUILT_IN: readonly ResourceInfo[] = [
  ...infos(NAMESPACED, true, true),
  ...infos(NAMESPACED_WITHOUT_STATUS, true, false),
  ...infos(CLUSTER_SCOPED, false, true),
  ...infos(CLUSTER_SCOPED_WITHOUT_STATUS, false, false),
];

/** The resources of a server. */
export class Resources {
  readonly #known: ResourceInfo[];
  readonly #closed: boolean;

  /** Allows only the given resources, or any resource if `undefined`. */
  constructor(resources: Iterable<FakeResource> | undefined) {
    this.#closed = resources !== undefined;
    this.#known = resources === undefined
      ? [...BUILT_IN]
      : [...resources].map((resource) => infoOf(resource));
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
    const found = this.#known.find((info) =>
      info.group === group && info.resource === resource &&
      (info.version === version || !this.#closed)
    );
    if (found !== undefined) return { ...found, version };
    return this.#closed ? undefined : {
      group,
      version,
      resource,
      kind: guessKind(resource),
      guessed: true,
      namespaced: undefined,
      status: true,
      builtIn: false,
    };
  }

  /**
   * Finds a resource by its kind; `undefined` if the server does not have it.
   */
  byKind(
    group: string,
    version: string,
    kind: string,
  ): ResourceInfo | undefined {
    const found = this.#known.find((info) =>
      info.group === group && info.kind === kind &&
      (info.version === version || !this.#closed)
    );
    if (found !== undefined) return { ...found, version };
    const guess = this.byPlural(group, version, pluralOf(kind));
    return guess === undefined ? undefined : this.learn(guess, kind);
  }

  /** Returns whether the server has any resource of a group and version. */
  hasVersion(group: string, version: string): boolean {
    return !this.#closed ||
      this.#known.some((info) =>
        info.group === group && info.version === version
      );
  }

  /** Records the kind of a resource whose kind was guessed. */
  learn(info: ResourceInfo, kind: string): ResourceInfo {
    if (!info.guessed) return info;
    const learned = { ...info, kind, guessed: false };
    this.#known.push(learned);
    return learned;
  }
}

/** Splits an `apiVersion` such as `"apps/v1"` into group and version. */
export function splitApiVersion(apiVersion: string): [string, string] {
  const slash = apiVersion.indexOf("/");
  return slash === -1
    ? ["", apiVersion]
    : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

/** Returns the `apiVersion` of the objects of a resource. */
export function apiVersionOf(
  { group, version }: { readonly group: string; readonly version: string },
): string {
  return group === "" ? version : `${group}/${version}`;
}

function infos(
  kinds: Readonly<Record<string, string>>,
  namespaced: boolean,
  status: boolean,
): ResourceInfo[] {
  return Object.entries(kinds).flatMap(([apiVersion, names]) =>
    names.split(" ").map((kind) => {
      const plural = pluralOf(kind);
      return infoOf({ apiVersion, plural, kind, namespaced, status });
    })
  );
}

function infoOf(resource: FakeResource): ResourceInfo {
  const { apiVersion, plural, kind, namespaced = true, status = true } =
    resource;
  const [group, version] = splitApiVersion(apiVersion);
  return {
    group,
    version,
    resource: plural,
    kind,
    guessed: false,
    namespaced,
    status,
    builtIn: BUILT_IN_GROUPS.has(group),
  };
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
