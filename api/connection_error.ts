/**
 * The error for a request that got no HTTP response.
 *
 * @module
 */

/**
 * The request got no HTTP response at all: connection refused, no route, TLS or
 * DNS failure, or a timeout. `cause` is what the runtime's `fetch` threw, or a
 * redacted copy of it if it contained a credential. If the server did respond,
 * the error is a `StatusError`.
 *
 * It is a class of its own because nothing else identifies these failures on
 * every runtime: Deno's network errors carry no code.
 *
 * @example Nothing is listening
 * ```ts
 * import { ConnectionError, RestListerWatcher } from "@watchtools/kube";
 * import { assertRejects } from "@std/assert";
 *
 * const pods = new RestListerWatcher({
 *   server: "http://127.0.0.1:1",
 *   path: "/api/v1/pods",
 *   fetch: () => Promise.reject(new TypeError("connection refused")),
 * });
 * await assertRejects(() => pods.list({}), ConnectionError, "refused");
 * ```
 */
export class ConnectionError extends Error {
  /** `"ConnectionError"`. */
  override readonly name: string = "ConnectionError";
}
