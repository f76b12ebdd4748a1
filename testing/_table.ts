/**
 * Tables (`as=Table`): the columns of a kind, and a row for each object. Of the
 * built-in kinds, ConfigMaps and Namespaces have their own columns; custom
 * resources have those of their definition; all others have a name and an age.
 *
 * @module
 */

import type { KubernetesObject, ListMeta } from "../api/types.ts";
import { field, isRecord, textField } from "../internal/json_fields.ts";
import {
  AGE_COLUMN,
  CREATED_COLUMN,
  DATA_COLUMN,
  NAME_COLUMN,
  STATUS_COLUMN,
  type TableColumn,
} from "./_table_columns.ts";
import { META_VERSION } from "./_representation.ts";
import { badRequest } from "./_statuses.ts";
import {
  type PrinterColumn,
  type ResourceInfo,
  resourceKey,
} from "./_resource_info.ts";

/** Options for {@linkcode tableOf}. */
export interface TableOptions {
  /** The resource. */
  readonly info: ResourceInfo;
  /** The metadata of the table. */
  readonly metadata: ListMeta;
  /** What a row contains of its object: `"None"`, `"Object"`, or metadata. */
  readonly includeObject: string | null;
  /**
   * Whether the columns are defined.
   *
   * @default {true}
   */
  readonly withColumns?: boolean | undefined;
}

/** Returns objects as a table. */
export function tableOf(
  objects: readonly KubernetesObject[],
  { info, metadata, includeObject, withColumns = true }: TableOptions,
): KubernetesObject {
  const columns = columnsOf(info);
  const table = {
    kind: "Table",
    apiVersion: META_VERSION,
    metadata,
    columnDefinitions: withColumns ? columns.map(([column]) => column) : null,
    rows: objects.map((object) => ({
      cells: columns.map(([, cell]) => cell(object)),
      object: included(object, includeObject),
    })),
  };
  return table;
}

/** Throws a 400 if a row cannot contain what a request wants. */
export function checkIncludeObject(include: string | null): void {
  if (["", "Metadata", "Object", "None"].includes(include ?? "")) return;
  throw badRequest(
    "Unable to convert to Table as requested: includeObject: Invalid value: " +
      `${JSON.stringify(include)}: must be 'Metadata', 'Object', 'None', or ` +
      "empty",
  );
}

type Column = readonly [TableColumn, (object: KubernetesObject) => unknown];

function columnsOf(info: ResourceInfo): Column[] {
  const name: Column = [NAME_COLUMN, ({ metadata }) => metadata?.name ?? ""];
  const age: Column = [AGE_COLUMN, ageOf];
  if (info.columns !== undefined) return [name, ...info.columns.map(printed)];
  if (!info.builtIn) return [name, [customAge(), ageOf]];
  switch (resourceKey(info)) {
    case "/configmaps":
      return [name, [DATA_COLUMN, dataCount], age];
    case "/namespaces":
      return [name, [STATUS_COLUMN, phaseOf], age];
    default:
      return [name, [CREATED_COLUMN, createdAt]];
  }
}

function customAge(): TableColumn {
  return { ...AGE_COLUMN, type: "date" };
}

function printed(column: PrinterColumn): Column {
  const { name, type, format = "", priority = 0, jsonPath } = column;
  const description = column.description ||
    `Custom resource definition column (in JSONPath format): ${jsonPath}`;
  const path = jsonPath.split(".").filter((part) => part !== "");
  return [
    { name, type, format, description, priority },
    (object) => {
      const value = field(object, ...path);
      return type === "date" && typeof value === "string"
        ? since(value)
        : value ?? null;
    },
  ];
}

function included(
  object: KubernetesObject,
  include: string | null,
): KubernetesObject | null {
  if (include === "None") return null;
  if (include === "Object") return object;
  const { metadata } = object;
  return { kind: "PartialObjectMetadata", apiVersion: META_VERSION, metadata };
}

function dataCount(object: KubernetesObject): number {
  return ["data", "binaryData"].reduce((count, name) => {
    const entries = field(object, name);
    return count + (isRecord(entries) ? Object.keys(entries).length : 0);
  }, 0);
}

function phaseOf(object: KubernetesObject): string {
  return textField(object, "status", "phase") ?? "";
}

function createdAt({ metadata }: KubernetesObject): unknown {
  return metadata?.creationTimestamp ?? null;
}

function ageOf({ metadata }: KubernetesObject): string {
  const { creationTimestamp } = metadata ?? {};
  return typeof creationTimestamp === "string"
    ? since(creationTimestamp)
    : "<unknown>";
}

/** How long ago a time was, as servers print it. */
function since(time: string): string {
  const seconds = Math.max(
    0,
    Math.floor((Date.now() - Date.parse(time)) / 1000),
  );
  if (Number.isNaN(seconds)) return "<unknown>";
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return joined(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  if (hours < 8) return joined(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  if (days < 8) return joined(days, "d", hours % 24, "h");
  if (days < 730) return `${days}d`;
  return joined(Math.floor(days / 365), "y", days % 365, "d");
}

function joined(
  big: number,
  unit: string,
  small: number,
  part: string,
): string {
  return small === 0 ? `${big}${unit}` : `${big}${unit}${small}${part}`;
}
