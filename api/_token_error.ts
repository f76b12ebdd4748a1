/**
 * The failure to get a token, told apart from what a server or a connection
 * did: nothing has been sent.
 *
 * @module
 */

/** No token could be got for a request; the cause is why. */
export class TokenError extends Error {}
