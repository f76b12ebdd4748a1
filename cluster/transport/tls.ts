/**
 * What a TLS connection needs to know: the server's side and the client's.
 *
 * @module
 */

/** What a TLS connection needs to know of the server. */
export interface TlsSettings {
  /** The authorities that are trusted, as PEM text. */
  readonly ca: string | undefined;
  /** Whether any certificate will do. */
  readonly insecure: boolean;
  /** The name that the certificate is for, and that is asked for. */
  readonly serverName: string | undefined;
}

/** A certificate and its key, as PEM text. */
export interface ClientCertificate {
  /** The certificate, perhaps with those that it was signed by. */
  readonly cert: string;
  /** Its private key. */
  readonly key: string;
}
