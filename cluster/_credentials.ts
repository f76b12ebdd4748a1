/**
 * The credential of a cluster's requests, got when the first one needs it, and
 * got again when it has expired or the server has refused it. All requests
 * that need one at the same time wait for the same.
 *
 * @module
 */

import { ignore } from "../internal/abort.ts";
import { authProviderToken } from "./_auth_provider.ts";
import type { ClusterAccess } from "./_cluster_access.ts";
import type { ClientCertificate } from "./transport/tls.ts";
import { runExecPlugin } from "./_exec_plugin.ts";
import { readTextFile, UnreadableFileError } from "../internal/runtime.ts";

/** What a request proves itself with. */
export interface Credential {
  readonly token: string | undefined;
  readonly certificate: ClientCertificate | undefined;
  /** From when on it is not used any more, in milliseconds since 1970. */
  readonly expiresAtMs?: number | undefined;
  /** Whether it is got anew for each request: that is cheap, or kept elsewhere. */
  readonly isForOneRequest?: boolean | undefined;
}

/** Gets a credential, from wherever it comes. */
export type ObtainCredential = (signal: AbortSignal) => Promise<Credential>;

/** Keeps the credential of a cluster. */
export class CredentialKeeper {
  readonly #obtain: ObtainCredential;
  readonly #closing = new AbortController();
  #current: Credential | undefined;
  #obtaining: Promise<Credential> | undefined;

  /**
   * Gets nothing yet.
   *
   * @param obtain Gets a credential.
   */
  constructor(obtain: ObtainCredential) {
    this.#obtain = obtain;
  }

  /**
   * The credential for a request that begins now.
   *
   * @returns It.
   * @throws What getting one throws.
   */
  async forRequest(): Promise<Credential> {
    const credential = this.#current;
    const isGood = credential !== undefined && !credential.isForOneRequest &&
      Date.now() < (credential.expiresAtMs ?? Infinity);
    return isGood ? credential : await this.#get();
  }

  /**
   * The credential that requests are being sent with, even where it expires
   * meanwhile: all of a request has the same one, though it may be past its
   * time when it comes, by a clock that is wrong.
   *
   * @returns It.
   * @throws What getting one throws.
   */
  async current(): Promise<Credential> {
    return this.#current ?? await this.#get();
  }

  /**
   * Gives a credential up that the server has refused, unless another one has
   * taken its place already.
   *
   * @param credential The credential.
   */
  refuse(credential: Credential): void {
    if (this.#current === credential) this.#current = undefined;
  }

  /**
   * Ends whatever is getting a credential.
   *
   * @param reason Why.
   */
  async close(reason: unknown): Promise<void> {
    this.#closing.abort(reason);
    await this.#obtaining?.catch(ignore);
  }

  #get(): Promise<Credential> {
    return this.#obtaining ??= this.#renew();
  }

  async #renew(): Promise<Credential> {
    try {
      this.#closing.signal.throwIfAborted();
      return this.#current = await this.#obtain(this.#closing.signal);
    } finally {
      this.#obtaining = undefined;
    }
  }
}

/**
 * How the credential of an access is got.
 *
 * @param access The access.
 * @returns What gets it.
 */
export function obtainFor(access: ClusterAccess): ObtainCredential {
  const { credential, user } = access;
  const certificate = () => access.clientCertificate?.();
  switch (credential.type) {
    case "none":
    case "basic":
      return async () => ({
        token: undefined,
        certificate: await certificate(),
      });
    case "token":
      return async () => ({
        token: credential.token,
        certificate: await certificate(),
      });
    case "token file": {
      const read = tokenReader(credential.path, credential.fallback, user);
      return async () => ({
        token: read(),
        certificate: await certificate(),
        // Read again for each request: whoever renews it renews the token.
        isForOneRequest: true,
      });
    }
    case "exec":
      return (signal) => runExecPlugin(credential.plugin, access, signal);
    case "auth provider":
      return async () => ({
        token: await authProviderToken(credential.provider, user),
        certificate: await certificate(),
        // It knows itself until when its token is good.
        isForOneRequest: true,
      });
  }
}

/** While a file is being replaced, the token that it had is still good. */
function tokenReader(
  path: string,
  fallback: string | undefined,
  user: string,
): () => string {
  let last = fallback;
  return () => {
    let why = "it is empty";
    try {
      const token = readTextFile(path).trim();
      if (token !== "") return last = token;
    } catch (error) {
      if (!(error instanceof UnreadableFileError)) throw error;
      why = error.message;
    }
    if (last !== undefined) return last;
    throw new Error(`Cannot use the token file ${path} of ${user}: ${why}`);
  };
}
