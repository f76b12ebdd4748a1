/**
 * Parses the query of a list or watch into options, as leniently or strictly as
 * a kube-apiserver.
 *
 * @module
 */

import type { ListOptions, WatchOptions } from "../api/types.ts";
import { badRequest, invalid } from "./_statuses.ts";

/** The options of a list or watch. */
export type QueryOptions = Omit<ListOptions & WatchOptions, "signal">;

/**
 * Parses a query.
 *
 * @param query The query of the URL.
 * @returns The options.
 * @throws {StatusError} With code 400 if a numeric parameter is not a number.
 */
export function parseOptions(query: URLSearchParams): QueryOptions {
  return {
    labelSelector: query.get("labelSelector") ?? undefined,
    fieldSelector: query.get("fieldSelector") ?? undefined,
    resourceVersion: query.get("resourceVersion") ?? undefined,
    resourceVersionMatch: query.get("resourceVersionMatch") ?? undefined,
    continue: query.get("continue") ?? undefined,
    limit: integer(query, "limit"),
    timeoutSeconds: integer(query, "timeoutSeconds"),
    allowWatchBookmarks: flag(query, "allowWatchBookmarks"),
    sendInitialEvents: flag(query, "sendInitialEvents"),
  };
}

/**
 * Returns whether a write is a dry run.
 *
 * @param values The values of the option.
 * @param kind The kind of the options: `"CreateOptions"`.
 * @returns Whether nothing is stored.
 * @throws {StatusError} With code 422 if a value is not `"All"`.
 */
export function checkDryRun(
  values: readonly unknown[],
  kind: string,
): boolean {
  if (values.every((value) => value === "All")) return values.length > 0;
  const given = JSON.stringify(values);
  throw invalid({ group: "meta.k8s.io", resource: kind }, "", [{
    field: "dryRun",
    reason: "FieldValueNotSupported",
    message: `Unsupported value: ${given}: supported values: "All"`,
  }]);
}

/** Returns a boolean parameter: true unless it is `0` or `false`. */
export function flag(
  query: URLSearchParams,
  name: string,
): boolean | undefined {
  const value = query.get(name)?.toLowerCase();
  return value === undefined ? undefined : value !== "0" && value !== "false";
}

function integer(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null || value === "") return undefined;
  if (/^[+-]?[0-9]+$/.test(value)) return Number(value);
  throw badRequest(
    `strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`,
  );
}
