/**
 * What the control plane's parts and users prove themselves with: a certificate
 * authority made for one run, a server certificate and client certificates
 * signed by it, and the key that signs service account tokens. Keys are P-256:
 * made in a millisecond, and understood by Go, rustls and OpenSSL alike. The
 * server's certificate is not the authority's own: rustls refuses such a one.
 */

import "npm:reflect-metadata@^0.2.2";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "npm:@peculiar/x509@^2.2.0";

const algorithm = { name: "ECDSA", namedCurve: "P-256" };
const signingAlgorithm = { name: "ECDSA", hash: "SHA-256" };
const hourMs = 3_600_000;
const loopbackNames = [
  { type: "ip" as const, value: "127.0.0.1" },
  { type: "dns" as const, value: "localhost" },
];

/** A certificate and its private key, each as PEM text. */
export interface KeyPair {
  /** The certificate. */
  readonly certificate: string;
  /** The private key (PKCS #8). */
  readonly key: string;
}

/** A certificate authority that lives as long as one control plane. */
export class CertificateAuthority {
  /** The authority's own certificate, as PEM text. */
  readonly certificate: string;
  readonly #certificate: X509Certificate;
  readonly #keys: CryptoKeyPair;

  private constructor(certificate: X509Certificate, keys: CryptoKeyPair) {
    this.#certificate = certificate;
    this.#keys = keys;
    this.certificate = certificate.toString("pem");
  }

  /** A new authority with a new key. */
  static async create(
    name = "watchtools-e2e-ca",
  ): Promise<CertificateAuthority> {
    const keys = await generateKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: `CN=${name}`,
      keys,
      signingAlgorithm,
      ...validity(),
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(
          KeyUsageFlags.keyCertSign | KeyUsageFlags.digitalSignature,
          true,
        ),
      ],
    });
    return new CertificateAuthority(certificate, keys);
  }

  /** A certificate for servers on loopback, or of another name. */
  async issueServer(name?: string): Promise<KeyPair> {
    return await this.#issue("CN=kube-apiserver", [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        name === undefined ? loopbackNames : [{ type: "dns", value: name }],
      ),
    ]);
  }

  /**
   * A client certificate: the server takes the common name as the user and the
   * organizations as the groups.
   */
  async issueClient(
    user: string,
    groups: readonly string[],
  ): Promise<KeyPair> {
    const subject = [
      { CN: [user] },
      ...groups.map((group) => ({ O: [group] })),
    ];
    return await this.#issue(subject, [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
    ]);
  }

  async #issue(
    subject: string | { [attribute: string]: string[] }[],
    extensions: Extension[],
  ): Promise<KeyPair> {
    const keys = await generateKeys();
    const certificate = await X509CertificateGenerator.create({
      subject,
      issuer: this.#certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm,
      ...validity(),
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        ...extensions,
      ],
    });
    return {
      certificate: certificate.toString("pem"),
      key: await privateKeyPem(keys.privateKey),
    };
  }
}

/**
 * A certificate for servers on loopback that is signed by itself and marked as
 * an authority, as the servers of small clusters make themselves.
 */
export async function issueSelfSignedAuthority(): Promise<KeyPair> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: "CN=self-signed",
    keys,
    signingAlgorithm,
    ...validity(),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new SubjectAlternativeNameExtension(loopbackNames),
    ],
  });
  return {
    certificate: certificate.toString("pem"),
    key: await privateKeyPem(keys.privateKey),
  };
}

/** A key pair for service account tokens, each half as PEM text. */
export interface SigningKey {
  /** Signs. */
  readonly privateKey: string;
  /** Verifies. */
  readonly publicKey: string;
}

/** A new key pair for service account tokens. */
export async function generateSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeys();
  const bytes = await crypto.subtle.exportKey("spki", publicKey);
  return {
    privateKey: await privateKeyPem(privateKey),
    publicKey: PemConverter.encode(bytes, "PUBLIC KEY"),
  };
}

/** A token that nobody guesses. */
export function generateToken(): string {
  return crypto.getRandomValues(new Uint8Array(24)).toHex();
}

async function generateKeys(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

async function privateKeyPem(key: CryptoKey): Promise<string> {
  const bytes = await crypto.subtle.exportKey("pkcs8", key);
  return PemConverter.encode(bytes, "PRIVATE KEY");
}

/** From an hour ago, for clocks that are moved, to a day from now. */
function validity(): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return {
    notBefore: new Date(now - hourMs),
    notAfter: new Date(now + 24 * hourMs),
  };
}
