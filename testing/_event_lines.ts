/**
 * The lines of watches: an event as JSON, encoded once for all watches that send
 * it.
 *
 * @module
 */

import type { WatchEvent } from "../api/types.ts";
import type { WatchRequest } from "./_api_request.ts";
import { inVersion } from "./_object_answers.ts";
import { represent } from "./_representation.ts";
import { tableOf } from "./_table.ts";
import type { StoredObject } from "./stored_object.ts";

const encoder = new TextEncoder();
const lines = new WeakMap<object, Map<string, Uint8Array>>();

/**
 * Returns the line of an event.
 *
 * @param event The event.
 * @param request The request of the watch.
 * @param isFirst Whether it is the first event of the watch, which defines the
 *   columns of a table.
 * @returns The encoded line.
 */
export function lineOf(
  event: WatchEvent<StoredObject>,
  request: WatchRequest,
  isFirst: boolean,
): Uint8Array {
  const { info, representation } = request;
  // A table contains ages, which change.
  if (representation === "table") return encoded(event, request, isFirst);
  const known = lines.get(event.object) ?? new Map<string, Uint8Array>();
  lines.set(event.object, known);
  const key = `${event.type} ${info.version} ${representation}`;
  const line = known.get(key) ?? encoded(event, request, isFirst);
  known.set(key, line);
  return line;
}

function encoded(
  event: WatchEvent<StoredObject>,
  request: WatchRequest,
  isFirst: boolean,
): Uint8Array {
  const object = JSON.stringify(sentObject(event, request, isFirst));
  return encoder.encode(`{"type":"${event.type}","object":${object}}\n`);
}

function sentObject(
  event: WatchEvent<StoredObject>,
  { info, representation, includeObject }: WatchRequest,
  isFirst: boolean,
): object {
  if (event.type === "ERROR") return event.object;
  const object = event.type === "BOOKMARK"
    ? event.object
    : inVersion(event.object, info);
  if (representation !== "table") return represent(object, representation);
  const { resourceVersion = "" } = object.metadata ?? {};
  return tableOf([object], {
    info,
    metadata: { resourceVersion },
    includeObject,
    withColumns: isFirst,
  });
}
