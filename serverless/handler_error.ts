/**
 * The error for a handler that has failed.
 *
 * @module
 */

import { errorText } from "../internal/error_text.ts";
import { identityOfObject } from "../api/_untrusted.ts";
import type { ChangeEvent } from "../api/types.ts";

/**
 * The handler has thrown. Its event stays unhandled, and is the first that the
 * next invocation hands on.
 *
 * @example A handler that fails
 * ```ts
 * import {
 *   HandlerError,
 *   MemoryCheckpointStore,
 *   resumeWatch,
 * } from "@watchtools/kube/serverless";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const pods = new FakeListerWatcher();
 * pods.add({ metadata: { name: "web" } });
 * const error = await assertRejects(
 *   () =>
 *     resumeWatch(pods, new MemoryCheckpointStore(), () => {
 *       throw new Error("the mail server is down");
 *     }),
 *   HandlerError,
 * );
 * assertEquals(error.event.object.metadata?.name, "web");
 * ```
 */
export class HandlerError extends Error {
  /** The name of the class. */
  override readonly name = "HandlerError";
  /** The event that has not been handled. */
  readonly event: ChangeEvent;

  /**
   * Creates the error.
   *
   * @param event The event that has not been handled.
   * @param options What the handler threw, as `cause`.
   */
  constructor(event: ChangeEvent, options: { cause: unknown }) {
    super(
      `The handler failed at ${eventText(event)}: ${errorText(options.cause)}`,
      options,
    );
    this.event = event;
  }
}

/**
 * Names an event, for messages.
 *
 * @param event The event.
 * @returns Its type, and the name and version of its object.
 */
export function eventText(event: ChangeEvent): string {
  const { namespace, name = "an object without a name", resourceVersion } =
    identityOfObject(event.object);
  const key = namespace === undefined ? name : `${namespace}/${name}`;
  const version = resourceVersion === undefined
    ? ""
    : ` (version ${resourceVersion})`;
  return `${event.type} ${key}${version}`;
}
