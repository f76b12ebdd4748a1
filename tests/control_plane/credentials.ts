/**
 * The credentials of the control plane's components and users: a certificate
 * authority that is created for each run, a server certificate and client
 * certificates signed by it, and the key that signs service account tokens.
 * Keys use P-256, which is generated in a millisecond and supported by Go,
 * rustls and OpenSSL. The server's certificate differs from the authority's,
 * since rustls rejects an authority as a server.
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

/** A certificate and its private key, as PEM. */
export interface KeyPair {
  /** The certificate. */
  readonly certificate: string;
  /** The private key (PKCS #8). */
  readonly key: string;
}

/** A certificate authority for one control plane. */
export class CertificateAuthority {
  /** The certificate of the authority, as PEM. */
  readonly certificate: string;
  readonly #certificate: X509Certificate;
  readonly #keys: CryptoKeyPair;

  private constructor(certificate: X509Certificate, keys: CryptoKeyPair) {
    this.#certificate = certificate;
    this.#keys = keys;
    this.certificate = certificate.toString("pem");
  }

  /** Creates an authority with a new key. */
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

  /** Issues a certificate for servers on loopback, or with another name. */
  async issueServer(name?: string): Promise<KeyPair> {
    return await this.#issue("CN=kube-apiserver", [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        name === undefined ? loopbackNames : [{ type: "dns", value: name }],
      ),
    ]);
  }

  /**
   * Issues a client certificate: the server uses the common name as the user
   * and the organizations as the groups.
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
 * Creates a self-signed certificate for servers on loopback that is marked as
 * an authority, as the servers of small clusters generate.
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

/** A certificate whose key is so short that every TLS library refuses it. */
export async function issueWeakKey(): Promise<KeyPair> {
  const keys = await crypto.subtle.generateKey(
    {
      name: "RSASSA-PKCS1-v1_5",
      hash: "SHA-256",
      modulusLength: 512,
      publicExponent: new Uint8Array([1, 0, 1]),
    },
    true,
    ["sign", "verify"],
  );
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: "CN=weak",
    keys,
    signingAlgorithm: { name: "RSASSA-PKCS1-v1_5" },
    ...validity(),
  });
  return {
    certificate: certificate.toString("pem"),
    key: await privateKeyPem(keys.privateKey),
  };
}

/** A key pair for service account tokens, as PEM. */
export interface SigningKey {
  /** The private key, which signs tokens. */
  readonly privateKey: string;
  /** The public key, which verifies tokens. */
  readonly publicKey: string;
}

/** Generates a key pair for service account tokens. */
export async function generateSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeys();
  const bytes = await crypto.subtle.exportKey("spki", publicKey);
  return {
    privateKey: await privateKeyPem(privateKey),
    publicKey: PemConverter.encode(bytes, "PUBLIC KEY"),
  };
}

/** Generates a random token. */
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

/**
 * Returns a validity from an hour ago, to allow for clock adjustments, to a day
 * from now.
 */
function validity(): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return {
    notBefore: new Date(now - hourMs),
    notAfter: new Date(now + 24 * hourMs),
  };
}
