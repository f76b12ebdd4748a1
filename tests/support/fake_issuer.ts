/** An OpenID Connect issuer on this host, which renews ID tokens. */

import type { KeyPair } from "../control_plane/credentials.ts";

/** Options of {@linkcode FakeIssuer}. */
export interface FakeIssuerOptions {
  /** For https; without it the issuer speaks http. */
  tls?: KeyPair | undefined;
  /** Whether its tokens are signed, so that a real server accepts them. */
  signed?: boolean | undefined;
  /** What it says of itself in addition, or instead. */
  metadata?: (url: string) => Record<string, unknown>;
  /** What it answers instead of tokens. */
  answer?: (form: URLSearchParams) => Response | undefined;
}

const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

const part = (value: unknown) => base64url(JSON.stringify(value));

function base64url(binary: string): string {
  return btoa(binary).replaceAll("=", "").replaceAll("+", "-")
    .replaceAll("/", "_");
}

/** A token without a valid signature. */
export function idToken(
  issuer: string,
  { expiresInS = 3600, subject = "me" } = {},
): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: issuer,
    aud: "client",
    sub: subject,
    iat: now - 10,
    exp: now + expiresInS,
  };
  return `${part({ alg: "RS256" })}.${part(claims)}.${part("signature")}`;
}

/** The issuer. Each refresh token can be used once, as many demand it. */
export class FakeIssuer implements AsyncDisposable {
  /** The only refresh token that it takes now. */
  refreshToken = "refresh-token-0";
  /** The last ID token that it has given out. */
  idToken = "";
  /** The requests for tokens: their forms, and how the client authenticates. */
  readonly renewals: { form: URLSearchParams; authorization: string | null }[] =
    [];
  readonly #options: FakeIssuerOptions;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #keys: Promise<CryptoKeyPair> | undefined;

  constructor(options: FakeIssuerOptions = {}) {
    this.#options = options;
    const { tls } = options;
    const handler = (request: Request) => this.#handle(request);
    const common = { hostname: "127.0.0.1", port: 0, onListen() {} };
    this.#server = tls === undefined ? Deno.serve(common, handler) : Deno.serve(
      { ...common, cert: tls.certificate, key: tls.key },
      handler,
    );
  }

  /** The issuer's URL. */
  get url(): string {
    const scheme = this.#options.tls === undefined ? "http" : "https";
    return `${scheme}://127.0.0.1:${this.#server.addr.port}/realm`;
  }

  async #handle(request: Request): Promise<Response> {
    switch (new URL(request.url).pathname) {
      case "/realm/.well-known/openid-configuration":
        return Response.json({
          issuer: this.url,
          token_endpoint: `${this.url}/token`,
          jwks_uri: `${this.url}/keys`,
          ...this.#options.metadata?.(this.url),
        });
      case "/realm/token":
        return await this.#renew(
          new URLSearchParams(await request.text()),
          request.headers.get("authorization"),
        );
      case "/realm/keys":
        return Response.json({ keys: [await this.#publicKey()] });
      default:
        return new Response("", { status: 404 });
    }
  }

  async #renew(
    form: URLSearchParams,
    authorization: string | null,
  ): Promise<Response> {
    this.renewals.push({ form, authorization });
    const answer = this.#options.answer?.(form);
    if (answer !== undefined) return answer;
    const refused = form.get("refresh_token");
    if (refused !== this.refreshToken) {
      return Response.json({
        error: "invalid_grant",
        error_description: `no longer valid: ${refused}`,
      }, { status: 400 });
    }
    const number = this.renewals.length;
    this.refreshToken = `refresh-token-${number}`;
    const token = idToken(this.url, { subject: `me-${number}` });
    this.idToken = this.#options.signed ? await this.#sign(token) : token;
    return Response.json({
      access_token: "an-access-token",
      token_type: "Bearer",
      id_token: this.idToken,
      refresh_token: this.refreshToken,
    });
  }

  get #keyPair(): Promise<CryptoKeyPair> {
    return this.#keys ??= crypto.subtle.generateKey(RSA, true, [
      "sign",
      "verify",
    ]);
  }

  async #publicKey(): Promise<JsonWebKey> {
    const { publicKey } = await this.#keyPair;
    const key = await crypto.subtle.exportKey("jwk", publicKey);
    return { ...key, use: "sig", alg: "RS256" };
  }

  async #sign(token: string): Promise<string> {
    const signed = token.slice(0, token.lastIndexOf("."));
    const { privateKey } = await this.#keyPair;
    const bytes = new Uint8Array(
      await crypto.subtle.sign(
        RSA.name,
        privateKey,
        new TextEncoder().encode(signed),
      ),
    );
    return `${signed}.${base64url(String.fromCharCode(...bytes))}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
