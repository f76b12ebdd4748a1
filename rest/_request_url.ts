/**
 * Builds the URLs of requests. The server's address is user input and may
 * contain a password by mistake, so error messages do not repeat it.
 *
 * @module
 */

/** The value of a query parameter; undefined and `""` are not sent. */
export type Parameter = string | number | boolean | undefined;

/**
 * Returns the URL of a resource on a server.
 *
 * @param server The address of the server, optionally with a path prefix.
 * @param path The path of the resource.
 * @returns The URL, without a query.
 * @throws {TypeError} If `server` or `path` is malformed.
 */
export function resourceUrl(server: string | URL, path: string): string {
  const { origin, pathname } = parseServer(server);
  checkPath(path);
  return `${origin}${pathname.replace(/\/+$/, "")}${path}`;
}

/** `.` and `..`, each dot perhaps encoded: `fetch` resolves them. */
const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:\/|$)/i;

/** `fetch` rewrites `\` and drops or encodes the others. */
const REWRITTEN = /[\\\s\p{Cc}]/u;

/** The path is sent as it is written, or not at all. */
function checkPath(path: string): void {
  if (REWRITTEN.test(path) || DOT_SEGMENT.test(path)) {
    throw new TypeError(
      `Cannot use ${
        JSON.stringify(path)
      } as path: it must not have a "." or ".." segment, "\\", white space or control characters`,
    );
  }
  if (!/^\/[^?#]*$/.test(path)) {
    throw new TypeError(
      `Cannot use ${
        JSON.stringify(path)
      } as path: it must start with "/" and have no query, such as "/api/v1/pods"`,
    );
  }
}

function parseServer(server: string | URL): URL {
  const url = tryParse(server);
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(
      'Cannot use the given server: it must be a URL such as "https://host:6443"',
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new TypeError(
      "Cannot use the given server: its URL contains a user or password; use a token or headers instead",
    );
  }
  if (url.search !== "" || url.hash !== "") {
    throw new TypeError(
      "Cannot use the given server: its URL contains a query or a fragment",
    );
  }
  return url;
}

function tryParse(server: string | URL): URL | undefined {
  try {
    return new URL(server);
  } catch {
    // The runtime's error message repeats the address.
    return undefined;
  }
}

/**
 * Returns the URL of a request.
 *
 * @param url The URL of the resource.
 * @param parameters The query.
 * @returns The URL with its query.
 */
export function requestUrl(
  url: string,
  parameters: Readonly<Record<string, Parameter>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== "") query.set(name, String(value));
  }
  return query.size === 0 ? url : `${url}?${query}`;
}

/**
 * Merges the parameters of a call with defaults.
 *
 * @param defaults Parameters for what the call leaves undefined.
 * @param given The parameters of the call.
 * @returns The merged parameters.
 */
export function withDefaults(
  defaults: Readonly<Record<string, Parameter>>,
  given: Readonly<Record<string, Parameter>>,
): Record<string, Parameter> {
  const parameters = { ...defaults };
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) parameters[name] = value;
  }
  return parameters;
}
