/**
 * Why an object that is being deleted is still there.
 *
 * @module
 */

import { field, listField, textField } from "../internal/json_fields.ts";
import { shortDuration } from "../internal/short_duration.ts";
import { counted } from "../internal/text.ts";
import { groupKindOf } from "./_group_kind.ts";
import { reasonOf } from "./_status_text.ts";

/** The conditions that say what keeps a namespace from being removed. */
const NAMESPACE_CONDITIONS: ReadonlySet<string | undefined> = new Set([
  "NamespaceDeletionDiscoveryFailure",
  "NamespaceDeletionGroupVersionParsingFailure",
  "NamespaceDeletionContentFailure",
  "NamespaceContentRemaining",
  "NamespaceFinalizersRemaining",
]);

/**
 * Explains a deletion that is under way.
 *
 * @param object The object, which has a `deletionTimestamp`.
 * @returns Since when it is being deleted and what holds it: its finalizers;
 *   for a namespace, also its remaining content.
 */
export function explainDeletion(object: unknown): string {
  const since = new Date(
    timeOf(field(object, "metadata", "deletionTimestamp")),
  );
  const age = Date.now() - since.getTime();
  const duration = Number.isNaN(age) ? "" : ` for ${shortDuration(age)}`;
  const names = listField(object, "metadata", "finalizers").filter((name) =>
    typeof name === "string"
  );
  const held = names.length === 0
    ? ""
    : `, held by ${counted(names.length, "finalizer")}: ${names.join(", ")}`;
  return [`being deleted${duration}${held}`, ...remainingContent(object)]
    .join("; ");
}

/** client-node parses timestamps as `Date`. */
function timeOf(timestamp: unknown): string | number {
  if (timestamp instanceof Date) return timestamp.getTime();
  return typeof timestamp === "string" ? timestamp : NaN;
}

/** What a namespace says of its content: `"some resources are remaining: …"`. */
function remainingContent(object: unknown): string[] {
  const { group = "", kind } = groupKindOf(object);
  if (group !== "" || kind !== "Namespace") return [];
  return listField(object, "status", "conditions")
    .filter((condition) =>
      NAMESPACE_CONDITIONS.has(textField(condition, "type")) &&
      textField(condition, "status") === "True"
    )
    .map((condition) => textField(condition, "message") || reasonOf(condition))
    .filter((text) => text !== undefined);
}
