/**
 * In what servers differ, for both fakes: a client has to cope with each.
 *
 * @module
 */

/**
 * What is done with `sendInitialEvents`: `"supported"` streams the initial
 * list and marks its end with a bookmark, `"refused"` answers 422, `"ignored"`
 * is a server that does not know the parameter.
 */
export type WatchListSupport = "supported" | "refused" | "ignored";

/**
 * How a watch from a version that is no longer in the history is told of it:
 * by an ERROR event, as a kube-apiserver does, or by the answer to the
 * request. It is a 410 either way.
 */
export type WatchExpiry = "event" | "answer";

/**
 * What kind of stream the body of a watch is: a byte stream, which BYOB readers
 * can read, as on most runtimes, or an ordinary one.
 */
export type BodyKind = "bytes" | "default";

/** How a fake server behaves where servers differ. */
export interface ServerBehaviorOptions {
  /**
   * What is done with `sendInitialEvents`.
   *
   * @default {"supported"}
   */
  watchList?: WatchListSupport | undefined;
  /**
   * How a watch is told that its version has expired.
   *
   * @default {"event"}
   */
  expiry?: WatchExpiry | undefined;
  /**
   * Whether `limit` counts in a list at resource version `"0"`. A
   * kube-apiserver answers such a list from its cache, whole.
   *
   * @default {false}
   */
  limitAtZero?: boolean | undefined;
  /**
   * The resource version that it starts at. The first object gets the next.
   *
   * @default {"1"}
   */
  resourceVersion?: string | undefined;
}
