/**
 * The failure of an answer that is longer than the caller allows.
 *
 * @module
 */

/**
 * An answer was longer than the limit that the caller set: the line of a watch
 * event beyond `maxEventBytes`, or a list beyond `maxListBytes`, both counted
 * after decompression. The request has been ended; nothing of what was read is
 * kept.
 *
 * Raise the limit in the options of the `RestListerWatcher` where such objects
 * are expected, or ask for less: pages, selectors, `metadataOnly`.
 *
 * @example A list beyond the limit
 * ```ts
 * import { ResponseTooLargeError, RestListerWatcher } from "@watchtools/kube";
 * import { FakeApiServer } from "@watchtools/kube/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using server = new FakeApiServer();
 * const pods = new RestListerWatcher({
 *   server: "http://fake",
 *   path: "/api/v1/pods",
 *   fetch: server.fetch,
 *   maxListBytes: 10,
 * });
 * const error = await assertRejects(
 *   () => pods.list({}),
 *   ResponseTooLargeError,
 *   "GET http://fake/api/v1/pods",
 * );
 * assertEquals(error.limitBytes, 10);
 * ```
 */
export class ResponseTooLargeError extends Error {
  /** `"ResponseTooLargeError"`. */
  override readonly name: string = "ResponseTooLargeError";
  /** The limit, in bytes. */
  readonly limitBytes: number;

  /**
   * Creates the error for an answer beyond a limit.
   *
   * @param message Names the request and the limit.
   * @param limitBytes The limit, in bytes.
   * @param options The cause, if something else led to it.
   */
  constructor(message: string, limitBytes: number, options?: ErrorOptions) {
    super(message, options);
    this.limitBytes = limitBytes;
  }
}
