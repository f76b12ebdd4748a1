/**
 * Recognizes addresses of this host.
 *
 * @module
 */

/**
 * Tests whether a host name is that of this host.
 *
 * @param hostname The host name, as in a URL.
 * @returns Whether it is `localhost` or a loopback address.
 */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
