/**
 * The rules of workerd, the runtime of Cloudflare's workers, about where a watch
 * may live, in words.
 *
 * There are no timers and no requests outside of a handler. A watch that is
 * created at the top level of a module would try again for ever without ever
 * waiting, since the wait fails at once as well. And what one request has opened
 * belongs to it: once that request is over, its watch gets neither events nor
 * errors, and another request cannot even stop it.
 *
 * @module
 */

import { warn } from "../internal/console.ts";
import { isWorkerd } from "../internal/runtime.ts";
import { ConfigurationError } from "./configuration_error.ts";

const WAY_OUT =
  "create it in a handler and keep the handler open with waitUntil, or in a Durable Object";

let hasWarned = false;

/**
 * Refuses to start where nothing can be awaited.
 *
 * @param what What is being created: `"an informer"`.
 * @throws {ConfigurationError} If this is the top level of a worker's module.
 */
export function refuseWorkerTopLevel(what: string): void {
  if (!isWorkerd()) return;
  try {
    clearTimeout(setTimeout(() => {}, 0));
  } catch (cause) {
    throw new ConfigurationError(
      `Cannot create ${what} at the top level of a worker's module, where there are no timers and no requests: ${WAY_OUT}`,
      { cause },
    );
  }
}

/**
 * Aborts, also from another request than the one that has opened what is
 * aborted: a worker's runtime forbids that, which is written to the console once.
 *
 * @param controller The controller.
 * @param reason The reason of the abort.
 */
export function abortFromAnyRequest(
  controller: AbortController,
  reason: unknown,
): void {
  if (!isWorkerd()) return controller.abort(reason);
  try {
    controller.abort(reason);
  } catch (error) {
    if (hasWarned) return;
    hasWarned = true;
    warn(
      `a watch was stopped by another request than the one that had created it: it has been stale since that one was over: ${WAY_OUT} (${error})`,
    );
  }
}
