/**
 * The reason for another list after a watch that did not fail.
 *
 * @module
 */

/**
 * A watch ended soon after its start, without an event or a bookmark. That is
 * no failure of a request, but it keeps an informer from watching.
 */
export class WatchEndedError extends Error {}
