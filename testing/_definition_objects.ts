/**
 * Definitions (CustomResourceDefinitions) as a server stores them, and the
 * resources that they define.
 *
 * @module
 */

import {
  field,
  isRecord,
  type JsonRecord,
  listField,
  textField,
} from "../internal/json_fields.ts";
import {
  CUSTOM_VERBS,
  type PrinterColumn,
  type ResourceInfo,
  resourceKey,
  statusSubresource,
  type SubresourceInfo,
} from "./_resource_info.ts";
import type { StoredObject } from "./stored_object.ts";

/** The finalizer of a definition whose objects are to be deleted first. */
export const CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

/** The prefix of the keys of definitions. */
export const DEFINITIONS = "apiextensions.k8s.io/customresourcedefinitions/";

/** A condition in the status of a definition. */
interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** Returns whether a resource is that of the definitions. */
export function isDefinition(info: ResourceInfo): boolean {
  return `${resourceKey(info)}/` === DEFINITIONS;
}

/** Returns a new definition as a server stores it. */
export function definitionToCreate(object: StoredObject): StoredObject {
  const spec = isRecord(object.spec) ? object.spec : {};
  const names = isRecord(spec.names) ? spec.names : {};
  const { kind = "" } = names;
  const stored = listField(spec, "versions")
    .filter((version) => field(version, "storage") === true)
    .map((version) => field(version, "name"));
  return {
    ...object,
    spec: {
      ...spec,
      names: {
        singular: String(kind).toLowerCase(),
        listKind: `${kind}List`,
        ...names,
      },
      conversion: spec.conversion ?? { strategy: "None" },
    },
    status: {
      conditions: null,
      acceptedNames: { plural: "", kind: "" },
      storedVersions: stored,
    },
  };
}

/** Returns whether a definition has been established. */
export function isEstablished(object: StoredObject): boolean {
  return conditionsOf(object).some(({ type, status }) =>
    type === "Established" && status === "True"
  );
}

/** Returns a definition whose names a server has accepted. */
export function acceptedDefinition(
  object: StoredObject,
  time: string,
): StoredObject {
  return withConditions(object, time, [
    {
      type: "NamesAccepted",
      status: "True",
      reason: "NoConflicts",
      message: "no conflicts found",
    },
    {
      type: "Established",
      status: isEstablished(object) ? "True" : "False",
      reason: isEstablished(object) ? "InitialNamesAccepted" : "Installing",
      message: "the initial names have been accepted",
    },
  ]);
}

/** Returns a definition whose objects a server serves. */
export function establishedDefinition(
  object: StoredObject,
  time: string,
): StoredObject {
  return withConditions(object, time, [{
    type: "Established",
    status: "True",
    reason: "InitialNamesAccepted",
    message: "the initial names have been accepted",
  }]);
}

/** Returns a definition that is being deleted as a server stores it. */
export function terminatingDefinition(
  object: StoredObject,
  time: string,
): StoredObject {
  const { metadata } = object;
  const marked = {
    ...object,
    metadata: { ...metadata, deletionTimestamp: time },
  };
  return withConditions(marked, time, [{
    type: "Terminating",
    status: "True",
    reason: "InstanceDeletionPending",
    message: "CustomResourceDefinition marked for deletion; CustomResource " +
      "deletion will begin soon",
  }]);
}

/**
 * Returns the resource that a definition defines, in each version that is
 * served; empty if it is incomplete.
 */
export function resourcesOf(object: StoredObject): ResourceInfo[] {
  const { spec } = object;
  const group = textField(spec, "group");
  const resource = textField(spec, "names", "plural");
  const kind = textField(spec, "names", "kind");
  if (group === undefined || resource === undefined || kind === undefined) {
    return [];
  }
  const versions = listField(spec, "versions").filter(isRecord);
  const storage = versions.find((version) => version.storage === true);
  const singular = textField(spec, "names", "singular") ?? kind.toLowerCase();
  const listKind = textField(spec, "names", "listKind") ?? `${kind}List`;
  return versions.filter((version) => version.served !== false)
    .toSorted((a, b) => compareVersions(nameOf(a), nameOf(b)))
    .map((version) => ({
      group,
      version: nameOf(version),
      resource,
      singular,
      shortNames: texts(spec, "names", "shortNames"),
      categories: texts(spec, "names", "categories"),
      kind,
      listKind,
      guessed: false,
      namespaced: textField(spec, "scope") !== "Cluster",
      status: field(version, "subresources", "status") !== undefined,
      builtIn: false,
      verbs: CUSTOM_VERBS,
      subresources: subresourcesOf(kind, version),
      fields: listField(version, "selectableFields")
        .map((selectable) => textField(selectable, "jsonPath") ?? "")
        .map((path) => path.replace(/^\./, "")),
      columns: columnsOf(version),
      storageVersion: storage === undefined ? undefined : nameOf(storage),
    }));
}

function nameOf(version: JsonRecord): string {
  return textField(version, "name") ?? "";
}

function texts(value: unknown, ...path: readonly string[]): string[] {
  return listField(value, ...path).filter((item) => typeof item === "string");
}

function subresourcesOf(kind: string, version: JsonRecord): SubresourceInfo[] {
  const status = statusSubresource(kind);
  const scale = {
    ...status,
    name: "scale",
    kind: "Scale",
    group: "autoscaling",
    version: "v1",
  };
  return [
    ...(field(version, "subresources", "status") === undefined ? [] : [status]),
    ...(field(version, "subresources", "scale") === undefined ? [] : [scale]),
  ];
}

function columnsOf(version: JsonRecord): PrinterColumn[] | undefined {
  const columns = listField(version, "additionalPrinterColumns")
    .filter(isRecord)
    .map((column) => ({
      name: textField(column, "name") ?? "",
      type: textField(column, "type") ?? "string",
      description: textField(column, "description"),
      format: textField(column, "format"),
      priority: typeof column.priority === "number" ? column.priority : 0,
      jsonPath: textField(column, "jsonPath") ?? "",
    }));
  return columns.length === 0 ? undefined : columns;
}

/** Orders versions as a server prefers them: v2, v1, v2beta1, v1alpha1. */
function compareVersions(a: string, b: string): number {
  const [stableA, majorA, minorA] = rank(a);
  const [stableB, majorB, minorB] = rank(b);
  return stableB - stableA || majorB - majorA || minorB - minorA ||
    (a < b ? -1 : 1);
}

function rank(version: string): [number, number, number] {
  const match = /^v([0-9]+)(?:(alpha|beta)([0-9]+))?$/.exec(version);
  if (match === null) return [-1, 0, 0];
  const [, major, stage, minor = "0"] = match;
  const stability = stage === undefined ? 2 : stage === "beta" ? 1 : 0;
  return [stability, Number(major), Number(minor)];
}

function conditionsOf(object: StoredObject): (Condition & JsonRecord)[] {
  return listField(object.status, "conditions").flatMap((condition) => {
    const type = textField(condition, "type");
    const status = textField(condition, "status");
    return type === undefined || status === undefined || !isRecord(condition)
      ? []
      : [{ ...condition, type, status, reason: "", message: "" }];
  });
}

function withConditions(
  object: StoredObject,
  time: string,
  changed: readonly Condition[],
): StoredObject {
  const status = isRecord(object.status) ? object.status : {};
  const current = listField(status, "conditions").filter(isRecord);
  const added = changed.filter(({ type }) =>
    !current.some((condition) => condition.type === type)
  ).map((condition) => dated(condition, time));
  const kept = current.map((condition) => {
    const change = changed.find(({ type }) => type === condition.type);
    if (change === undefined) return condition;
    return change.status === condition.status
      ? {
        ...dated(change, time),
        lastTransitionTime: condition.lastTransitionTime,
      }
      : dated(change, time);
  });
  const accepted = isRecord(object.spec) ? object.spec.names : undefined;
  return {
    ...object,
    status: {
      ...status,
      conditions: [...kept, ...added],
      acceptedNames: accepted ?? status.acceptedNames,
    },
  };
}

function dated({ type, status, reason, message }: Condition, time: string) {
  return { type, status, lastTransitionTime: time, reason, message };
}
