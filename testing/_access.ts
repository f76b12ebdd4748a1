/**
 * Who may do what: finds the user of a request, and refuses it with 401 or 403
 * in the words of a kube-apiserver.
 *
 * @module
 */

import { StatusError } from "../api/status_error.ts";
import type { ApiRequest } from "./_api_request.ts";
import { parseTarget } from "./_request_target.ts";
import { verbOf } from "./_request_verb.ts";
import { failure, qualifiedName, unauthorized } from "./_statuses.ts";
import type { AccessRequest } from "./access_request.ts";

/** Options for {@linkcode Access}. */
export interface AccessOptions {
  /** The token that is required, or whether a token is valid. */
  readonly token?:
    | string
    | ((token: string | undefined) => boolean)
    | undefined;
  /** The names of users by their tokens. */
  readonly users?: Readonly<Record<string, string>> | undefined;
  /** Whether a request is allowed; a text says why not. */
  readonly authorize?:
    | ((request: AccessRequest) => boolean | string)
    | undefined;
}

/** The user without a token. */
const ANONYMOUS = "system:anonymous";

/** Decides about requests. */
export class Access {
  readonly #options: AccessOptions;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /** Throws a `StatusError` with code 401 or 403 if a request is refused. */
  check(request: ApiRequest): void {
    const user = this.#userOf(bearerToken(request.headers));
    const { authorize } = this.#options;
    if (authorize === undefined) return;
    const asked = accessRequestOf(request, user);
    const allowed = authorize(asked);
    if (allowed !== true) throw forbidden(asked, allowed || undefined);
  }

  #userOf(token: string | undefined): string {
    const { token: required, users } = this.#options;
    const known = users === undefined || token === undefined
      ? undefined
      : new Map(Object.entries(users)).get(token);
    if (known !== undefined) return known;
    const isValid = typeof required === "function"
      ? required(token)
      : required === undefined
      ? users === undefined || token === undefined
      : token === required;
    if (!isValid) throw unauthorized();
    return token === undefined ? ANONYMOUS : "user";
  }
}

function bearerToken(headers: Headers): string | undefined {
  return /^Bearer (.+)$/i.exec(headers.get("authorization") ?? "")?.[1];
}

function accessRequestOf(
  { method, path, query }: ApiRequest,
  user: string,
): AccessRequest {
  const target = parseTarget(path);
  if (target === undefined) {
    return { user, verb: method.toLowerCase(), path };
  }
  const { group, resource, subresource } = target;
  // A namespace is in itself.
  const namespace = group === "" && resource === "namespaces"
    ? target.name
    : target.namespace;
  const name = target.name ?? nameOf(query);
  const verb = verbOf(method, target.name === undefined, query);
  return { user, verb, path, group, resource, subresource, namespace, name };
}

/** A field selector that selects one name counts as that name. */
function nameOf(query: URLSearchParams): string | undefined {
  const selector = query.get("fieldSelector") ?? "";
  return /^metadata\.name==?([^,=!\\]+)$/.exec(selector)?.[1];
}

function forbidden(
  { user, verb, path, group, resource, subresource, namespace, name }:
    AccessRequest,
  why: string | undefined,
): StatusError {
  const whose = `User ${JSON.stringify(user)} cannot ${verb}`;
  const reason = why === undefined ? "" : `: ${why}`;
  if (resource === undefined || group === undefined) {
    return new StatusError(failure(
      403,
      "Forbidden",
      `forbidden: ${whose} path ${JSON.stringify(path)}${reason}`,
      {},
    ));
  }
  const asked = subresource === undefined
    ? resource
    : `${resource}/${subresource}`;
  const where = namespace === undefined
    ? "at the cluster scope"
    : `in the namespace ${JSON.stringify(namespace)}`;
  const qualified = qualifiedName({ group, resource });
  return new StatusError(failure(
    403,
    "Forbidden",
    `${qualified}${name === undefined ? "" : ` ${JSON.stringify(name)}`} is ` +
      `forbidden: ${whose} resource ${JSON.stringify(asked)} in API group ` +
      `${JSON.stringify(group)} ${where}${reason}`,
    {
      ...(name === undefined ? {} : { name }),
      ...(group === "" ? {} : { group }),
      kind: resource,
    },
  ));
}
