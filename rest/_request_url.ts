/**
 * The URLs of requests. A server's address is given by people and may hold a
 * password by mistake, so that no error here repeats it.
 *
 * @module
 */

/** A query parameter's value; what is undefined or empty is not sent. */
export type Parameter = string | number | boolean | undefined;

/**
 * The URL of a resource on a server.
 *
 * @param server The server's address, perhaps with a path prefix.
 * @param path The resource's path.
 * @returns The URL, without a query.
 * @throws {TypeError} If either is malformed.
 */
export function resourceUrl(server: string | URL, path: string): string {
  const { origin, pathname } = parseServer(server);
  if (!/^\/[^?#]*$/.test(path)) {
    throw new TypeError(
      `Cannot use ${
        JSON.stringify(path)
      } as path: it begins with "/" and has no query, such as "/api/v1/pods"`,
    );
  }
  return `${origin}${pathname.replace(/\/+$/, "")}${path}`;
}

function parseServer(server: string | URL): URL {
  const url = tryParse(server);
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(
      'Cannot use the given server: it is no URL such as "https://host:6443"',
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new TypeError(
      "Cannot use the given server: its URL holds a user or password, which belong into headers or a token",
    );
  }
  if (url.search !== "" || url.hash !== "") {
    throw new TypeError(
      "Cannot use the given server: its URL holds a query or a fragment",
    );
  }
  return url;
}

function tryParse(server: string | URL): URL | undefined {
  try {
    return new URL(server);
  } catch {
    // What the runtime throws repeats the address.
    return undefined;
  }
}

/**
 * The URL of a request.
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
 * The parameters of a call, and the defaults of what it does not give.
 *
 * @param defaults Parameters that are sent unless the call gives its own.
 * @param given The parameters of the call.
 * @returns All of them.
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
