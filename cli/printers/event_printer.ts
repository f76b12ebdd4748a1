/**
 * The interface of the printers for watch events.
 *
 * @module
 */

import type { KubernetesObject, WatchEvent } from "../../api/types.ts";

/** Formats watch events as text. */
export interface EventPrinter<T extends KubernetesObject = KubernetesObject> {
  /**
   * Announces the objects of the first events, so that columns fit them all.
   */
  prepare(objects: readonly T[]): void;
  /** Formats an event, with a line end and, if needed, a header before it. */
  text(event: WatchEvent<T>): string;
}
