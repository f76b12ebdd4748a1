/**
 * What a fake server knows about a resource, and the built-in resources.
 *
 * @module
 */

import { BUILT_IN_FIELDS, BUILT_IN_TABLE } from "./_built_in_table.ts";
import type { FakeResource } from "./fake_resource.ts";

/** A subresource. */
export interface SubresourceInfo {
  /** The name, such as `"status"`. */
  readonly name: string;
  /** The kind of its objects. */
  readonly kind: string;
  /** The group of the kind; `undefined` if it is that of the resource. */
  readonly group: string | undefined;
  /** The version of the kind; `undefined` if it is that of the resource. */
  readonly version: string | undefined;
  /** The verbs that it supports. */
  readonly verbs: readonly string[];
}

/** A column that a definition adds to tables. */
export interface PrinterColumn {
  /** The title. */
  readonly name: string;
  /** The type, such as `"string"`. */
  readonly type: string;
  /** A description. */
  readonly description?: string | undefined;
  /** The format, such as `"date-time"`. */
  readonly format?: string | undefined;
  /** 0, or higher for a column that is only shown on request. */
  readonly priority?: number | undefined;
  /** The path of the value: `.spec.replicas`. */
  readonly jsonPath: string;
}

/** A resource as known to a server. */
export interface ResourceInfo {
  /** The API group; empty for the core group. */
  readonly group: string;
  /** The version of the group. */
  readonly version: string;
  /** The plural name. */
  readonly resource: string;
  /** The singular name. */
  readonly singular: string;
  /** The short names. */
  readonly shortNames: readonly string[];
  /** The categories, such as `"all"`. */
  readonly categories: readonly string[];
  /** The kind of its objects. */
  readonly kind: string;
  /** The kind of its lists. */
  readonly listKind: string;
  /** Whether the kind is guessed. */
  readonly guessed: boolean;
  /** Whether its objects are namespaced; `undefined` if not known. */
  readonly namespaced: boolean | undefined;
  /** Whether it has a `status` subresource. */
  readonly status: boolean;
  /** Whether it is built into servers rather than a custom resource. */
  readonly builtIn: boolean;
  /** The verbs that it supports. */
  readonly verbs: readonly string[];
  /** The subresources, `status` among them. */
  readonly subresources: readonly SubresourceInfo[];
  /** The fields, beside name and namespace, that objects can be selected by. */
  readonly fields: readonly string[];
  /** The columns of its tables; `undefined` for those of its kind. */
  readonly columns?: readonly PrinterColumn[] | undefined;
  /** The version in which its objects are stored, if a definition says it. */
  readonly storageVersion?: string | undefined;
}

const ALL_VERBS = [
  "create",
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "update",
  "watch",
];
const SUBRESOURCE_VERBS = ["get", "patch", "update"];

/** The verbs of a custom resource, in the order of its discovery. */
export const CUSTOM_VERBS: readonly string[] = [
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "create",
  "update",
  "watch",
];

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

/** Returns a name for a resource in all its versions: `apps/deployments`. */
export function resourceKey(
  { group, resource }: { readonly group: string; readonly resource: string },
): string {
  return `${group}/${resource}`;
}

/** Returns whether a definition defines a resource. */
export function isDefined(info: ResourceInfo): boolean {
  return info.storageVersion !== undefined;
}

/** Creates the `status` subresource of a kind. */
export function statusSubresource(kind: string): SubresourceInfo {
  return {
    name: "status",
    kind,
    group: undefined,
    version: undefined,
    verbs: SUBRESOURCE_VERBS,
  };
}

/** The built-in resources, in the order of discovery. */
export const BUILT_IN: readonly ResourceInfo[] = parseTable();

const BUILT_IN_GROUPS = new Set(BUILT_IN.map(({ group }) => group));

/** Returns what is known about a resource that an option describes. */
export function infoOf(resource: FakeResource): ResourceInfo {
  const { apiVersion, plural, kind, namespaced = true, status = true } =
    resource;
  const [group, version] = splitApiVersion(apiVersion);
  const known = BUILT_IN.find((info) =>
    info.group === group && info.resource === plural
  );
  const custom = customInfo({ group, version, resource: plural, kind, status });
  return {
    ...custom,
    shortNames: resource.shortNames ?? known?.shortNames ?? [],
    categories: resource.categories ?? known?.categories ?? [],
    fields: resource.fields ?? known?.fields ?? [],
    namespaced,
    builtIn: BUILT_IN_GROUPS.has(group),
  };
}

/** Returns what is known about a custom resource with the usual names. */
export function customInfo(
  { group, version, resource, kind, status = true, guessed = false }: {
    readonly group: string;
    readonly version: string;
    readonly resource: string;
    readonly kind: string;
    readonly status?: boolean;
    readonly guessed?: boolean;
  },
): ResourceInfo {
  return {
    group,
    version,
    resource,
    singular: kind.toLowerCase(),
    shortNames: [],
    categories: [],
    kind,
    listKind: `${kind}List`,
    guessed,
    namespaced: undefined,
    status,
    builtIn: false,
    verbs: CUSTOM_VERBS,
    subresources: status ? [statusSubresource(kind)] : [],
    fields: [],
  };
}

function parseTable(): ResourceInfo[] {
  const infos: ResourceInfo[] = [];
  let apiVersion = "";
  for (const line of BUILT_IN_TABLE.trim().split("\n")) {
    if (line.startsWith(" ")) infos.push(parseRow(apiVersion, line.trim()));
    else apiVersion = line;
  }
  return infos;
}

function parseRow(apiVersion: string, row: string): ResourceInfo {
  const [group, version] = splitApiVersion(apiVersion);
  const [
    resource = "",
    kind = "",
    scope,
    verbs = "",
    shortNames = "-",
    categories = "-",
    ...subresources
  ] = row.split(" ");
  const parsed = subresources.map((text) => parseSubresource(kind, text));
  return {
    ...customInfo({ group, version, resource, kind }),
    shortNames: shortNames === "-" ? [] : shortNames.split(","),
    categories: categories === "-" ? [] : categories.split(","),
    namespaced: scope === "namespaced",
    status: parsed.some(({ name }) => name === "status"),
    builtIn: true,
    verbs: verbs === "*"
      ? ALL_VERBS
      : verbs === "*-deletecollection"
      ? ALL_VERBS.filter((verb) => verb !== "deletecollection")
      : verbs.split(","),
    subresources: parsed,
    fields: BUILT_IN_FIELDS[`${group}/${resource}`] ?? [],
  };
}

function parseSubresource(owner: string, text: string): SubresourceInfo {
  if (text === "scale") {
    return {
      name: "scale",
      kind: "Scale",
      group: "autoscaling",
      version: "v1",
      verbs: SUBRESOURCE_VERBS,
    };
  }
  const [name = "", typed = "", verbs = ""] = text.split(":");
  const [kind = "", apiVersion] = typed.split("@");
  const [group, version] = apiVersion === undefined
    ? []
    : splitApiVersion(apiVersion);
  return {
    name,
    kind: kind === "" ? owner : kind,
    group,
    version,
    verbs: verbs === "" ? SUBRESOURCE_VERBS : verbs.split(","),
  };
}
