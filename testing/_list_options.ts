/**
 * Validates the options of a list or watch, with the messages of
 * `k8s.io/apimachinery/pkg/apis/meta/internalversion/validation`.
 *
 * @module
 */

import type { ListOptions, WatchOptions } from "../api/types.ts";
import { type FieldError, invalid } from "./_statuses.ts";

const LIST_OPTIONS = { group: "meta.k8s.io", resource: "ListOptions" };

/**
 * Validates the options of a list.
 *
 * @param options The options.
 * @throws {StatusError} With code 422 if the combination of options is not
 *   valid.
 */
export function checkListOptions(options: ListOptions): void {
  const { resourceVersionMatch: match, resourceVersion, continue: token } =
    options;
  if (!match) return;
  const errors: FieldError[] = [];
  if (!resourceVersion) {
    errors.push(forbidden(
      "resourceVersionMatch",
      "resourceVersionMatch is forbidden unless resourceVersion is provided",
    ));
  }
  if (token) errors.push(forbiddenWithContinue());
  if (match !== "Exact" && match !== "NotOlderThan") {
    errors.push(unsupportedMatch(match, ["Exact", "NotOlderThan", ""]));
  }
  if (match === "Exact" && resourceVersion === "0") {
    errors.push(forbidden(
      "resourceVersionMatch",
      'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    ));
  }
  if (errors.length > 0) throw invalid(LIST_OPTIONS, "", errors);
}

/**
 * Validates the options of a watch.
 *
 * @param options The options.
 * @param watchList Whether the server streams initial lists.
 * @throws {StatusError} With code 422 if the combination of options is not
 *   valid.
 */
export function checkWatchOptions(
  options: WatchOptions & Pick<ListOptions, "continue">,
  watchList: boolean,
): void {
  const { resourceVersionMatch: match, sendInitialEvents, continue: token } =
    options;
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined && match !== "NotOlderThan") {
    errors.push(forbidden(
      "resourceVersionMatch",
      "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
    ));
  }
  if (sendInitialEvents !== undefined && !watchList) {
    errors.push(forbidden(
      "sendInitialEvents",
      "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled",
    ));
  }
  if (match && sendInitialEvents === undefined) {
    errors.push(forbidden(
      "resourceVersionMatch",
      "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
    ));
  }
  if (match && match !== "NotOlderThan") {
    errors.push(unsupportedMatch(match, ["NotOlderThan"]));
  }
  if (match && token) errors.push(forbiddenWithContinue());
  if (errors.length > 0) throw invalid(LIST_OPTIONS, "", errors);
}

function forbidden(field: string, why: string): FieldError {
  return {
    field,
    reason: "FieldValueForbidden",
    message: `Forbidden: ${why}`,
  };
}

function forbiddenWithContinue(): FieldError {
  return forbidden(
    "resourceVersionMatch",
    "resourceVersionMatch is forbidden when continue is provided",
  );
}

function unsupportedMatch(
  match: string,
  supported: readonly string[],
): FieldError {
  const quoted = supported.map((value) => JSON.stringify(value));
  return {
    field: "resourceVersionMatch",
    reason: "FieldValueNotSupported",
    message: `Unsupported value: ${JSON.stringify(match)}: supported values: ${
      quoted.join(", ")
    }`,
  };
}
