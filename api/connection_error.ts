/**
 * The failure to get any answer.
 *
 * @module
 */

/**
 * The request got no HTTP answer at all: refused, no route, TLS, DNS, or
 * silence for too long. `cause` is what the runtime's `fetch` threw, or what
 * that said where it repeated a credential. Where the server did answer, the
 * error is a `StatusError`.
 *
 * It is a class of its own because nothing else tells these failures from one
 * another on every runtime: Deno's network errors carry no code.
 *
 * @example Nothing listens there
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
