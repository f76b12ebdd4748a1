/**
 * The documents of discovery: `/api`, `/apis`, a group, a version of a group,
 * and all of it at once (aggregated).
 *
 * @module
 */

import type { KubernetesObject } from "../api/types.ts";
import { isDiscoveryAccepted } from "./_representation.ts";
import {
  apiVersionOf,
  type ResourceInfo,
  type SubresourceInfo,
} from "./_resource_info.ts";
import type { Resources } from "./_resources.ts";

/** A document of discovery. */
export interface DiscoveryDocument {
  /** The document. */
  readonly body: KubernetesObject;
  /** Its content type. */
  readonly contentType: string;
}

const JSON_TYPE = "application/json";

/** The content type of aggregated discovery. */
const AGGREGATED =
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/**
 * Returns the document of discovery at a path.
 *
 * @param resources The resources of the server.
 * @param path The path of the request.
 * @param accept The `Accept` header.
 * @returns The document; `undefined` if the path is not one of discovery.
 * @throws {StatusError} With code 406 if the client accepts no form of it.
 */
export function discover(
  resources: Resources,
  path: string,
  accept: string | null,
): DiscoveryDocument | undefined {
  const [root, ...rest] = path.split("/").filter((part) => part !== "");
  if (root !== "api" && root !== "apis") return undefined;
  const groups = groupsOf(resources);
  if (rest.length === 0) {
    if (isDiscoveryAccepted(accept)) {
      return {
        body: aggregated(groups, root === "api"),
        contentType: AGGREGATED,
      };
    }
    const body = root === "api" ? coreVersions(groups) : groupList(groups);
    return { body, contentType: JSON_TYPE };
  }
  const [group = "", version, ...more] = root === "api" ? ["", ...rest] : rest;
  if (more.length > 0) return undefined;
  const versions = groups.get(group);
  if (versions === undefined) return undefined;
  const body = version === undefined
    ? { kind: "APIGroup", apiVersion: "v1", ...groupOf(group, versions) }
    : resourceList({ group, version }, versions.get(version));
  return body === undefined ? undefined : { body, contentType: JSON_TYPE };
}

type Versions = ReadonlyMap<string, readonly ResourceInfo[]>;
type Groups = ReadonlyMap<string, Versions>;

/** Groups the resources by group and version, in their order. */
function groupsOf(resources: Resources): Groups {
  const groups = new Map<string, Map<string, ResourceInfo[]>>();
  for (const info of resources.all()) {
    const versions = groups.get(info.group) ?? new Map();
    groups.set(info.group, versions);
    versions.set(info.version, [...versions.get(info.version) ?? [], info]);
  }
  return groups;
}

function coreVersions(groups: Groups): KubernetesObject {
  const document = {
    kind: "APIVersions",
    versions: [...groups.get("")?.keys() ?? []],
    serverAddressByClientCIDRs: [
      { clientCIDR: "0.0.0.0/0", serverAddress: "127.0.0.1:443" },
    ],
  };
  return document;
}

function groupList(groups: Groups): KubernetesObject {
  const document = {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: [...groups].filter(([group]) => group !== "")
      .map(([group, versions]) => groupOf(group, versions)),
  };
  return document;
}

function groupOf(group: string, versions: Versions) {
  const all = Array.from(versions.keys(), (version) => ({
    groupVersion: apiVersionOf({ group, version }),
    version,
  }));
  return { name: group, versions: all, preferredVersion: all[0] };
}

function resourceList(
  groupVersion: { readonly group: string; readonly version: string },
  infos: readonly ResourceInfo[] | undefined,
): KubernetesObject | undefined {
  if (infos === undefined) return undefined;
  const { group } = groupVersion;
  const document = {
    kind: "APIResourceList",
    ...(group === "" ? {} : { apiVersion: "v1" }),
    groupVersion: apiVersionOf(groupVersion),
    resources: infos.flatMap((info) => [
      legacyResource(info),
      ...info.subresources.map((sub) => legacySubresource(info, sub)),
    ]),
  };
  return document;
}

function legacyResource(info: ResourceInfo) {
  const { shortNames, categories } = info;
  return {
    name: info.resource,
    singularName: info.singular,
    namespaced: info.namespaced ?? true,
    kind: info.kind,
    verbs: info.verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
  };
}

function legacySubresource(info: ResourceInfo, sub: SubresourceInfo) {
  return {
    name: `${info.resource}/${sub.name}`,
    singularName: "",
    namespaced: info.namespaced ?? true,
    ...(sub.group === undefined ? {} : { group: sub.group }),
    ...(sub.version === undefined ? {} : { version: sub.version }),
    kind: sub.kind,
    verbs: sub.verbs,
  };
}

function aggregated(groups: Groups, core: boolean): KubernetesObject {
  const document = {
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    metadata: {},
    items: [...groups].filter(([group]) => (group === "") === core)
      .map(([group, versions]) => ({
        metadata: group === "" ? {} : { name: group },
        versions: Array.from(versions, ([version, infos]) => ({
          version,
          resources: sorted(infos).map(aggregatedResource),
          freshness: "Current",
        })),
      })),
  };
  return document;
}

/** Built-in resources are in order; those of definitions are sorted. */
function sorted(infos: readonly ResourceInfo[]): ResourceInfo[] {
  return infos.toSorted((a, b) =>
    a.builtIn || b.builtIn ? 0 : a.resource < b.resource ? -1 : 1
  );
}

function aggregatedResource(info: ResourceInfo) {
  const { shortNames, categories, subresources } = info;
  return {
    resource: info.resource,
    responseKind: kindOf(info, info.kind),
    scope: info.namespaced === false ? "Cluster" : "Namespaced",
    singularResource: info.singular,
    verbs: info.verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(subresources.length === 0 ? {} : {
      subresources: subresources.map((sub) => ({
        subresource: sub.name,
        responseKind: kindOf(info, sub.kind, sub),
        verbs: sub.verbs,
      })),
    }),
  };
}

/** The group and version are left empty where they are those of the resource. */
function kindOf(
  info: ResourceInfo,
  kind: string,
  { group, version }: Partial<SubresourceInfo> = {},
) {
  const custom = !info.builtIn;
  return {
    group: group ?? (custom ? info.group : ""),
    version: version ?? (custom ? info.version : ""),
    kind,
  };
}
