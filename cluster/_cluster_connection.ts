/**
 * All that the requests of one cluster have in common: its credential, its
 * connections, and their end. Nothing is read, run or opened before the first
 * request.
 *
 * @module
 */

import { ignore } from "../internal/abort.ts";
import { encodeBase64 } from "../internal/base64.ts";
import type { ClusterAccess } from "./_cluster_access.ts";
import type { ClientCertificate } from "./transport/tls.ts";
import { CredentialKeeper, obtainFor } from "./_credentials.ts";
import { environmentProxy } from "./transport/environment_proxy.ts";
import type { FetchFunction, TokenFunction } from "../rest/_rest_client.ts";
import { openTransport } from "./transport/transport.ts";
import type { HeaderLine, Transport } from "./transport/types.ts";

/** What a request needs to know to reach a cluster. */
export interface ClusterRestOptions {
  /** The address of the server. */
  readonly server: string;
  /** The bearer token, or what gives it. */
  readonly token: string | TokenFunction | undefined;
  /** Headers for each request. */
  readonly headers: Headers;
  /** Sends requests over the cluster's connections. */
  readonly fetch: FetchFunction;
}

/** A transport, and the certificate that it was opened with. */
interface OpenTransport {
  readonly certificate: ClientCertificate | undefined;
  readonly transport: Promise<Transport>;
}

/** A way to a cluster. */
export class ClusterConnection implements AsyncDisposable {
  /** What requests are made with. */
  readonly restOptions: ClusterRestOptions;
  readonly #access: ClusterAccess;
  readonly #credentials: CredentialKeeper;
  readonly #closing = new AbortController();
  /** Answers that have not begun. */
  readonly #inFlight = new Set<Promise<unknown>>();
  /** The last one is in use; the others only for what they have begun. */
  readonly #transports: OpenTransport[] = [];
  #closed: Promise<void> | undefined;

  /**
   * Opens nothing yet.
   *
   * @param access How the cluster is reached.
   */
  constructor(access: ClusterAccess) {
    this.#access = access;
    this.#credentials = new CredentialKeeper(obtainFor(access));
    this.restOptions = {
      server: access.server,
      token: this.#tokenOption(),
      headers: headersOf(access),
      fetch: (url, init) => this.#fetch(url, init),
    };
  }

  /** Aborts what is in flight, and waits until everything has been closed. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    const reason = new Error(
      `The connection to ${this.#access.server} was closed: its cluster has been disposed of`,
    );
    this.#closing.abort(reason);
    await this.#credentials.close(reason);
    await Promise.allSettled(this.#inFlight);
    await Promise.allSettled(
      this.#transports.map(async ({ transport }) => (await transport).close()),
    );
  }

  #tokenOption(): string | TokenFunction | undefined {
    const { credential, clientCertificate } = this.#access;
    const isFixed = clientCertificate === undefined;
    if (credential.type === "token" && isFixed) return credential.token;
    if (credential.type === "none" && isFixed) return undefined;
    if (credential.type === "basic") return undefined;
    // No token is none to send: there may be a certificate instead.
    return async () => (await this.#credentials.forRequest()).token ?? "";
  }

  readonly #fetch: FetchFunction = async (url, init) => {
    const answer = this.#send(url, init);
    this.#inFlight.add(answer);
    try {
      return await answer;
    } finally {
      this.#inFlight.delete(answer);
    }
  };

  async #send(url: string, init: RequestInit): Promise<Response> {
    const closing = this.#closing.signal;
    closing.throwIfAborted();
    const credential = await this.#credentials.current();
    const transport = await this.#transport(credential.certificate);
    closing.throwIfAborted();
    const signal = init.signal
      ? AbortSignal.any([closing, init.signal])
      : closing;
    const response = await transport.fetch(url, { ...init, signal });
    if (response.status === 401) this.#credentials.refuse(credential);
    return response;
  }

  async #transport(
    certificate: ClientCertificate | undefined,
  ): Promise<Transport> {
    const last = this.#transports.at(-1);
    if (last !== undefined && isSame(last.certificate, certificate)) {
      return await last.transport;
    }
    const opened: OpenTransport = {
      certificate,
      transport: this.#open(certificate),
    };
    this.#transports.push(opened);
    try {
      const transport = await opened.transport;
      // What the old certificate has begun may end with it.
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

  #open(certificate: ClientCertificate | undefined): Promise<Transport> {
    const { server, tls, proxyUrl, impersonation } = this.#access;
    return openTransport({
      server,
      tls,
      proxyUrl: proxyUrl ?? environmentProxy(server),
      certificate,
      headers: impersonation === undefined
        ? []
        : impersonationLines(impersonation),
    });
  }
}

function isSame(
  a: ClientCertificate | undefined,
  b: ClientCertificate | undefined,
): boolean {
  return a?.cert === b?.cert && a?.key === b?.key;
}

function headersOf(
  { credential, disableCompression }: ClusterAccess,
): Headers {
  const headers = new Headers();
  if (credential.type === "basic") {
    const { username, password } = credential;
    const userAndPassword = encodeBase64(`${username}:${password}`);
    headers.set("authorization", `Basic ${userAndPassword}`);
  }
  if (disableCompression) headers.set("accept-encoding", "identity");
  return headers;
}

function impersonationLines(
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

/** What no header's name may hold is written as in a URL. */
function escapeKey(key: string): string {
  return encodeURIComponent(key.toLowerCase()).replace(
    /[()]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  );
}
