/**
 * The state that all requests to one cluster share: its credential and its
 * connections. Nothing is read, run or opened before the first request.
 *
 * @module
 */

import { ignore } from "../internal/abort.ts";
import { encodeBase64 } from "../internal/base64.ts";
import type { ClusterAccess } from "./_cluster_access.ts";
import {
  areSameCertificates,
  CertificateFiles,
  type Certificates,
} from "./_certificate_files.ts";
import {
  type Credential,
  CredentialCache,
  credentialSource,
} from "./_credentials.ts";
import {
  environmentProxy,
  proxyAuthorization,
} from "./transport/environment_proxy.ts";
import { declareAddedHeaders } from "../rest/_added_headers.ts";
import type { FetchFunction, TokenFunction } from "../rest/_rest_client.ts";
import { fixedToken } from "../rest/_token.ts";
import { createTransport } from "./transport/transport.ts";
import type { HeaderLine, Transport } from "./transport/types.ts";

/**
 * Options for a `RestListerWatcher` that reach a cluster. None of them shows a
 * credential when it is inspected: a token is in a function, and a password is
 * added by `fetch`.
 */
export interface ClusterRestOptions {
  /** The address of the server. */
  readonly server: string;
  /** Returns the bearer token; undefined if there is none. */
  readonly token: string | TokenFunction | undefined;
  /** Headers that are sent with each request. */
  readonly headers: Headers;
  /** Sends requests over the cluster's connections. */
  readonly fetch: FetchFunction;
}

/** A transport and the certificates that it uses. */
interface OpenTransport {
  readonly certificates: Certificates;
  readonly transport: Promise<Transport>;
}

/** The connection to a cluster, shared by all of its requests. */
export class ClusterConnection implements AsyncDisposable {
  /** Options for clients that send requests through this connection. */
  readonly restOptions: ClusterRestOptions;
  readonly #access: ClusterAccess;
  readonly #credentials: CredentialCache;
  readonly #certificates: CertificateFiles;
  /** For basic authentication: in no option, which could be shown. */
  readonly #authorization: Headers;
  readonly #closing = new AbortController();
  /** Requests that wait for a response. */
  readonly #inFlight = new Set<Promise<unknown>>();
  /** New requests use the last one; the others finish theirs and close. */
  readonly #transports: OpenTransport[] = [];
  #closed: Promise<void> | undefined;

  /**
   * Creates a connection; opens nothing before the first request.
   *
   * @param access How to connect to the cluster.
   */
  constructor(access: ClusterAccess) {
    this.#access = access;
    this.#credentials = new CredentialCache(credentialSource(access));
    this.#certificates = new CertificateFiles(access);
    this.#authorization = basicAuthorization(access);
    const fetch: FetchFunction = (url, init) => this.#fetch(url, init);
    declareAddedHeaders(fetch, addedCredentials(access, this.#authorization));
    this.restOptions = {
      server: access.server,
      token: this.#tokenOption(),
      headers: requestHeaders(access),
      fetch,
    };
  }

  /** Aborts requests in flight and waits until everything is closed. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    const reason = new Error(
      `The connection to ${this.#access.server} was closed: its Cluster has been disposed`,
    );
    this.#closing.abort(reason);
    await this.#credentials.close(reason);
    await Promise.allSettled(this.#inFlight);
    await Promise.allSettled(
      this.#transports.map(async ({ transport }) => (await transport).close()),
    );
  }

  #tokenOption(): TokenFunction | undefined {
    const { credential, clientCertificate } = this.#access;
    const isFixed = clientCertificate === undefined;
    if (credential.type === "token" && isFixed) {
      return fixedToken(credential.token);
    }
    if (credential.type === "none" && isFixed) return undefined;
    if (credential.type === "basic") return undefined;
    // Without a token there may be a client certificate: "" sends no header.
    return async () => (await this.#credentials.forNewRequest()).token ?? "";
  }

  readonly #fetch: FetchFunction = async (url, init) => {
    const response = this.#send(url, init);
    this.#inFlight.add(response);
    try {
      return await response;
    } finally {
      this.#inFlight.delete(response);
    }
  };

  async #send(url: string, init: RequestInit): Promise<Response> {
    const closing = this.#closing.signal;
    closing.throwIfAborted();
    const credential = await this.#credentials.current();
    const signal = init.signal
      ? AbortSignal.any([closing, init.signal])
      : closing;
    try {
      const transport = await this.#transport(credential);
      closing.throwIfAborted();
      const headers = this.#withAuthorization(init.headers);
      const response = await transport.fetch(url, { ...init, headers, signal });
      if (response.status === 401) {
        this.#credentials.invalidate(credential);
        this.#certificates.expire();
      }
      return response;
    } catch (error) {
      // There may be other certificates by now.
      this.#certificates.expire();
      throw error;
    }
  }

  #withAuthorization(given: HeadersInit | undefined): Headers {
    const headers = new Headers(given);
    for (const [name, value] of this.#authorization) {
      if (!headers.has(name)) headers.set(name, value);
    }
    return headers;
  }

  async #transport({ certificate }: Credential): Promise<Transport> {
    const files = await this.#certificates.current();
    const certificates = certificate === undefined
      ? files
      : { ...files, certificate };
    const last = this.#transports.at(-1);
    if (
      last !== undefined && areSameCertificates(last.certificates, certificates)
    ) {
      return await last.transport;
    }
    const opened: OpenTransport = {
      certificates,
      transport: this.#open(certificates),
    };
    this.#transports.push(opened);
    try {
      const transport = await opened.transport;
      // Requests that were sent with the old certificates may finish.
      if (last !== undefined) this.#release(last).catch(ignore);
      return transport;
    } catch (error) {
      this.#forget(opened);
      throw error;
    }
  }

  async #release(opened: OpenTransport): Promise<void> {
    await (await opened.transport).release();
    this.#forget(opened);
  }

  #forget(opened: OpenTransport): void {
    const at = this.#transports.indexOf(opened);
    if (at >= 0) this.#transports.splice(at, 1);
  }

  async #open({ ca, certificate }: Certificates): Promise<Transport> {
    const { server, tls, proxyUrl, impersonation } = this.#access;
    return await createTransport({
      server,
      tls: { ...tls, ca },
      proxyUrl: proxyUrl ?? environmentProxy(server),
      certificate,
      headers: impersonation === undefined
        ? []
        : impersonationHeaders(impersonation),
    });
  }
}

function basicAuthorization({ credential }: ClusterAccess): Headers {
  if (credential.type !== "basic") return new Headers();
  const { username, password } = credential;
  const userAndPassword = encodeBase64(`${username}:${password}`);
  return new Headers({ authorization: `Basic ${userAndPassword}` });
}

/** What errors must not repeat: a proxy may repeat its credential as well. */
function addedCredentials(
  { server, proxyUrl }: ClusterAccess,
  authorization: Headers,
): Headers {
  const headers = new Headers(authorization);
  const credential = proxyAuthorization(proxyUrl ?? usableProxy(server));
  if (credential !== undefined) headers.set("proxy-authorization", credential);
  return headers;
}

/** One that cannot be used is reported with the first request. */
function usableProxy(server: string): string | undefined {
  try {
    return environmentProxy(server);
  } catch {
    return undefined;
  }
}

function requestHeaders({ disableCompression }: ClusterAccess): Headers {
  const headers = new Headers();
  if (disableCompression) headers.set("accept-encoding", "identity");
  return headers;
}

function impersonationHeaders(
  { user, uid, groups, extra }: NonNullable<ClusterAccess["impersonation"]>,
): HeaderLine[] {
  return [
    ["impersonate-user", user],
    ...uid === undefined ? [] : [["impersonate-uid", uid] as const],
    ...groups.map((group) => ["impersonate-group", group] as const),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((value) =>
        [`impersonate-extra-${escapeKey(key)}`, value] as const
      )
    ),
  ];
}

/** Percent-encodes characters that are not allowed in a header name. */
function escapeKey(key: string): string {
  return encodeURIComponent(key.toLowerCase().toWellFormed()).replace(
    /[()]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  );
}
