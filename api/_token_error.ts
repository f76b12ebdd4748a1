/**
 * The failures to get a token. They have classes of their own, because they are
 * not the server's or the connection's fault: the request was never sent.
 *
 * @module
 */

import { ConnectionError } from "./connection_error.ts";

/** The token function of a client failed; `cause` is what it threw. */
export class TokenError extends Error {}

/** The token function of a client did not return in time. */
export class TokenTimeoutError extends ConnectionError {}

/** A token cannot be sent in a header. */
export class MalformedTokenError extends TypeError {}
