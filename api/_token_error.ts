/**
 * The failure to get a token. A class of its own, because it is not the
 * server's or the connection's fault: the request was never sent.
 *
 * @module
 */

/** The token function of a client failed; `cause` is what it threw. */
export class TokenError extends Error {}
