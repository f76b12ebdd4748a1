/**
 * TLS settings for the server and for the client.
 *
 * @module
 */

/** How the certificate of the server is verified. */
export interface TlsSettings {
  /** The certificate authorities that are trusted, as PEM text. */
  readonly ca: string | undefined;
  /** Whether the certificate is not verified. */
  readonly insecure: boolean;
  /** The name to verify the certificate against, also sent as SNI. */
  readonly serverName: string | undefined;
}

/** A client certificate and its private key, as PEM text. */
export interface ClientCertificate {
  /** The certificate, optionally with its intermediate certificates. */
  readonly cert: string;
  /** Its private key. */
  readonly key: string;
}
