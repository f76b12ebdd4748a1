/**
 * The failure of a request that can never work as it is configured.
 *
 * @module
 */

import { findCause } from "../internal/find_cause.ts";

/**
 * A request cannot be sent as it is configured, so that no retry can help: the
 * runtime lacks what the connection needs, a certificate or a key cannot be
 * used, a header cannot be sent. Change the configuration or the runtime; the
 * message says which. Where the network or the server fails instead, the error
 * is a `ConnectionError` or a `StatusError`.
 *
 * Lists, watches and waits reject with it at once; a `RetryWatcher` ends with
 * an ERROR event that carries its message; an informer reports it and backs
 * off.
 *
 * @example What an HTTP client of one's own may throw
 * ```ts
 * import { ConfigurationError, listWatchUntil, RestListerWatcher } from "@watchtools/kube";
 * import { assertRejects } from "@std/assert";
 *
 * const pods = new RestListerWatcher({
 *   server: "https://127.0.0.1:6443",
 *   path: "/api/v1/pods",
 *   fetch: () =>
 *     Promise.reject(
 *       new ConfigurationError("Cannot use the client certificate: it has expired"),
 *     ),
 * });
 * await assertRejects(
 *   () => listWatchUntil(pods, () => true),
 *   ConfigurationError,
 *   "client certificate",
 * );
 * ```
 */
export class ConfigurationError extends Error {
  /** `"ConfigurationError"`. */
  override readonly name: string = "ConfigurationError";
}

/**
 * The `ConfigurationError` that an error is, or was caused by.
 *
 * @param error The error.
 * @returns The outermost `ConfigurationError`; undefined where there is none.
 */
export function findConfigurationError(
  error: unknown,
): ConfigurationError | undefined {
  return findCause(error, ConfigurationError);
}
