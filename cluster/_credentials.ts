/**
 * The credential for the requests to a cluster: fetched when the first request
 * needs it, and again when it has expired or the server has rejected it.
 * Concurrent requests share one fetch.
 *
 * @module
 */

import { ignore } from "../internal/abort.ts";
import { authProviderToken } from "./_auth_provider.ts";
import type { ClusterAccess } from "./_cluster_access.ts";
import type { ClientCertificate } from "./transport/tls.ts";
import { runExecPlugin } from "./_exec_plugin.ts";
import { readTextFile, UnreadableFileError } from "../internal/runtime.ts";

/** What a request authenticates with. */
export interface Credential {
  readonly token: string | undefined;
  /** The client certificate that a plugin printed. */
  readonly certificate: ClientCertificate | undefined;
  /** When it expires, in milliseconds since 1970. */
  readonly expiresAtMs?: number | undefined;
  /** Whether to fetch it for each request: its source is fast or caches. */
  readonly isPerRequest?: boolean | undefined;
}

/** Fetches a credential. */
export type CredentialSource = (signal: AbortSignal) => Promise<Credential>;

/** Caches the credential of a cluster. */
export class CredentialCache {
  readonly #source: CredentialSource;
  readonly #closing = new AbortController();
  #current: Credential | undefined;
  #fetching: Promise<Credential> | undefined;

  /**
   * Creates a cache; fetches nothing before the first request.
   *
   * @param source Fetches a credential.
   */
  constructor(source: CredentialSource) {
    this.#source = source;
  }

  /**
   * Returns the credential for a new request.
   *
   * @returns A credential that has not expired.
   * @throws What the source throws.
   */
  async forNewRequest(): Promise<Credential> {
    const credential = this.#current;
    const isValid = credential !== undefined && !credential.isPerRequest &&
      Date.now() < (credential.expiresAtMs ?? Infinity);
    return isValid ? credential : await this.#fetch();
  }

  /**
   * Returns the current credential, even if it has expired: a request must use
   * the same one throughout, and by a wrong clock it may have expired when it
   * arrives.
   *
   * @returns The credential.
   * @throws What the source throws.
   */
  async current(): Promise<Credential> {
    return this.#current ?? await this.#fetch();
  }

  /**
   * Discards a credential that the server has rejected, unless it has already
   * been replaced.
   *
   * @param credential The rejected credential.
   */
  invalidate(credential: Credential): void {
    if (this.#current === credential) this.#current = undefined;
  }

  /**
   * Aborts a fetch in progress and waits until it has ended.
   *
   * @param reason The reason of the abort.
   */
  async close(reason: unknown): Promise<void> {
    this.#closing.abort(reason);
    await this.#fetching?.catch(ignore);
  }

  #fetch(): Promise<Credential> {
    return this.#fetching ??= this.#renew();
  }

  async #renew(): Promise<Credential> {
    try {
      this.#closing.signal.throwIfAborted();
      return this.#current = await this.#source(this.#closing.signal);
    } finally {
      this.#fetching = undefined;
    }
  }
}

/**
 * Returns the source of a cluster's credential.
 *
 * @param access How to connect to the cluster.
 * @returns A function that fetches the credential.
 */
export function credentialSource(access: ClusterAccess): CredentialSource {
  const { credential, user } = access;
  const certificate = undefined;
  switch (credential.type) {
    case "none":
    case "basic":
      return () => Promise.resolve({ token: undefined, certificate });
    case "token":
      return () => Promise.resolve({ token: credential.token, certificate });
    case "token file": {
      const read = tokenReader(credential.path, credential.fallback, user);
      // deno-lint-ignore require-await
      return async () => ({
        token: read(),
        certificate,
        // Read again for each request, as the file is replaced on renewal.
        isPerRequest: true,
      });
    }
    case "exec":
      return (signal) => {
        const ca = access.authority?.();
        const current = { ...access, tls: { ...access.tls, ca } };
        return runExecPlugin(credential.plugin, current, signal);
      };
    case "auth provider":
      return async (signal) => ({
        token: await authProviderToken(credential.provider, { user, signal }),
        certificate,
        // The provider itself caches its token until that expires.
        isPerRequest: true,
      });
  }
}

/** Keeps the last token, which is still valid while the file is replaced. */
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
