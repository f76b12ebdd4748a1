/**
 * The certificates of a cluster's connections, whose files may be replaced
 * while the process runs: cert-manager renews client certificates, and a
 * kubelet the certificate authorities in its pods. client-go reads the former
 * again since 1.20 and the latter since 0.36.
 *
 * They are read when a request needs them: the first one, the next one after a
 * failure that another certificate may resolve, and one every five minutes. That
 * requires no timer.
 *
 * @module
 */

import { ConfigurationError } from "../api/configuration_error.ts";
import type { ClusterAccess } from "./_cluster_access.ts";
import { checkCertificates } from "./transport/check_certificates.ts";
import type { ClientCertificate } from "./transport/tls.ts";

/** What a connection is opened with. */
export interface Certificates {
  /** The certificate authorities that are trusted, as PEM text. */
  readonly ca: string | undefined;
  readonly certificate: ClientCertificate | undefined;
}

/** How long the certificates are used until they are read again, as client-go. */
const REFRESH_MS = 5 * 60_000;

/** The certificates of one cluster. */
export class CertificateFiles {
  readonly #read: () => Certificates;
  #current: Certificates | undefined;
  #readAtMs: number | undefined;
  #renewing: Promise<Certificates> | undefined;

  /**
   * Creates a reader; reads nothing before the first request.
   *
   * @param access Where the certificates are.
   */
  constructor(
    access: Pick<ClusterAccess, "authority" | "clientCertificate">,
  ) {
    this.#read = () => ({
      ca: access.authority?.(),
      certificate: access.clientCertificate?.(),
    });
  }

  /**
   * Returns the certificates for a new request.
   *
   * @returns The certificates. Those that were read first are not checked; those
   *   that replace them can be used.
   */
  async current(): Promise<Certificates> {
    const last = this.#current;
    const isRenewing = this.#renewing !== undefined;
    if (last !== undefined && !isRenewing && this.#isRecent()) return last;
    return await (this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    }));
  }

  /** Reads the certificates again for the next request: one has failed. */
  expire(): void {
    this.#readAtMs = undefined;
  }

  #isRecent(): boolean {
    if (this.#readAtMs === undefined) return false;
    const ageMs = Date.now() - this.#readAtMs;
    // Negative if the clock was set back.
    return ageMs >= 0 && ageMs < REFRESH_MS;
  }

  async #renew(): Promise<Certificates> {
    this.#readAtMs = Date.now();
    const found = this.#read();
    const last = this.#current;
    if (last === undefined) return this.#current = found;
    if (areSameCertificates(last, found)) return last;
    if (!await areUsable(found)) return last;
    return this.#current = found;
  }
}

/**
 * Compares certificates.
 *
 * @param a Certificates.
 * @param b Other certificates.
 * @returns Whether their texts are equal.
 */
export function areSameCertificates(a: Certificates, b: Certificates): boolean {
  return a.ca === b.ca && a.certificate?.cert === b.certificate?.cert &&
    a.certificate?.key === b.certificate?.key;
}

/**
 * A certificate and its key are replaced one after the other. In between they do
 * not match, and the last ones are still good.
 */
async function areUsable({ ca, certificate }: Certificates): Promise<boolean> {
  try {
    await checkCertificates(ca, certificate);
    return true;
  } catch (error) {
    if (error instanceof ConfigurationError) return false;
    throw error;
  }
}
