/**
 * Events as text, in each of the forms that `watch` can write.
 *
 * @module
 */

import type { KubernetesObject, WatchEvent } from "../../api/types.ts";

/** Writes events as text. */
export interface EventPrinter<T extends KubernetesObject = KubernetesObject> {
  /** Learns what the first events are going to be about. */
  prepare(objects: readonly T[]): void;
  /** The text of an event, line breaks included; before it, perhaps, a header. */
  text(event: WatchEvent<T>): string;
}
