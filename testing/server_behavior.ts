/**
 * Differences between servers that both fakes can simulate, since clients have
 * to handle all of them.
 *
 * @module
 */

/**
 * How a server treats `sendInitialEvents`: `"supported"` streams the initial
 * list and marks its end with a bookmark, `"refused"` answers with 422, and
 * `"ignored"` simulates a server that does not know the parameter.
 */
export type WatchListSupport = "supported" | "refused" | "ignored";

/**
 * How a server reports an expired resource version to a watch: with an ERROR
 * event, like a kube-apiserver, or with the response to the request. The code
 * is 410 in both cases.
 */
export type WatchExpiry = "event" | "answer";

/**
 * The kind of stream that is the body of a watch: a byte stream, which supports
 * BYOB readers, as on most runtimes, or a default stream.
 */
export type BodyKind = "bytes" | "default";

/** The behavior of a fake where servers differ. */
export interface ServerBehaviorOptions {
  /**
   * How the server treats `sendInitialEvents`.
   *
   * @default {"supported"}
   */
  watchList?: WatchListSupport | undefined;
  /**
   * How the server reports an expired resource version to a watch.
   *
   * @default {"event"}
   */
  expiry?: WatchExpiry | undefined;
  /**
   * Whether the server honors `limit` for a list at resource version `"0"`. A
   * kube-apiserver answers such a list from its cache, ignoring `limit`.
   *
   * @default {false}
   */
  limitAtZero?: boolean | undefined;
  /**
   * The initial resource version. The first object gets the next one.
   *
   * @default {"1"}
   */
  resourceVersion?: string | undefined;
}
