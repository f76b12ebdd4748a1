/**
 * The tokens of the auth provider `oidc`, as client-go: an ID token is used
 * until shortly before it expires, and is then renewed with the refresh token.
 *
 * client-node's implementation is not used: it never renews a token (2.0.1
 * passes the issuer as a string to openid-client, which requires a URL), does
 * not send the client secret, and writes nothing back to the kubeconfig.
 *
 * @module
 */

import type { ClientAuth, Configuration } from "openid-client";
import { findConfigurationError } from "../api/configuration_error.ts";
import { warn } from "../internal/console.ts";
import { errorChainText, errorText } from "../internal/error_text.ts";
import { isRecord, type JsonRecord } from "../internal/json_fields.ts";
import { isLoopback } from "../internal/loopback.ts";
import { shownLine } from "../internal/redacted_line.ts";
import type { AuthProvider } from "./_cluster_access.ts";
import { Entry } from "./_kubeconfig_entry.ts";
import { loadOpenidClient, type OpenidClient } from "./_load_openid_client.ts";
import { pemSource } from "./_pem.ts";
import { environmentProxy } from "./transport/environment_proxy.ts";
import { createTransport } from "./transport/transport.ts";

/** How long before its end a token is renewed, as client-go. */
const MARGIN_MS = 10_000;

/** How much the clocks of this host and the issuer may differ. */
const CLOCK_TOLERANCE_S = 30;

/** How much of an answer is read; a token is never longer. */
const MAX_ANSWER_BYTES = 1 << 20;

/** The fields of the configuration that are credentials. */
const SECRETS = ["id-token", "refresh-token", "client-secret", "access-token"];

/** Options for {@linkcode oidcToken}. */
export interface OidcOptions {
  /** The user that the token is for, for messages. */
  readonly user: string;
  /** Aborts the renewal. */
  readonly signal: AbortSignal;
  /** Creates the error that says why there is no token. */
  readonly fail: (why: string) => Error;
}

/**
 * Gets an ID token that is still good, and renews it if necessary.
 *
 * @param provider The provider; its configuration is updated.
 * @param options For whom, and what aborts the renewal.
 * @returns The token; undefined if the user has to log in again.
 * @throws {ConfigurationError} If the issuer cannot be reached as configured.
 * @throws {Error} If the renewal fails, with a message without credentials.
 */
export async function oidcToken(
  provider: AuthProvider,
  { user, signal, fail }: OidcOptions,
): Promise<string | undefined> {
  const { config } = provider;
  const token = goodToken(config) ?? reloadedToken(provider);
  if (token !== undefined) return token;
  const secrets = SECRETS.map((name) => config[name]);
  let renewed: Tokens | undefined;
  try {
    renewed = await renew(config, signal);
  } catch (error) {
    signal.throwIfAborted();
    const configuration = findConfigurationError(error);
    if (configuration !== undefined) throw configuration;
    // Another process may have used the refresh token in the meantime.
    const other = reloadedToken(provider);
    if (other !== undefined) return other;
    throw fail(`failed: ${shownLine(failureText(error), secrets)}`);
  }
  if (renewed === undefined) return undefined;
  Object.assign(config, renewed);
  await keep(provider, renewed, user);
  return renewed["id-token"];
}

function goodToken(config: JsonRecord): string | undefined {
  const token = text(config["id-token"]);
  return token !== undefined && Date.now() < expiryOf(token) - MARGIN_MS
    ? token
    : undefined;
}

/** When a JSON Web Token expires; one without a time counts as expired. */
function expiryOf(token: string): number {
  try {
    const [, payload = ""] = token.split(".");
    const claims: unknown = JSON.parse(
      atob(payload.replaceAll("-", "+").replaceAll("_", "/")),
    );
    const seconds = isRecord(claims) ? claims.exp : undefined;
    return typeof seconds === "number" ? seconds * 1000 : 0;
  } catch {
    return 0;
  }
}

/** Another process may have renewed the tokens. */
function reloadedToken({ config, store }: AuthProvider): string | undefined {
  const stored = store?.load() ?? {};
  for (const name of ["id-token", "refresh-token"]) {
    const value = text(stored[name]);
    if (value !== undefined) config[name] = value;
  }
  return goodToken(config);
}

async function keep(
  { store }: AuthProvider,
  tokens: Tokens,
  user: string,
): Promise<void> {
  try {
    await store?.save({ ...tokens });
  } catch (error) {
    warn(
      `Cannot save the renewed tokens of ${user}, which may require another login elsewhere: ${
        shownLine(errorText(error), Object.values(tokens))
      }`,
    );
  }
}

/** What a renewal needs. */
interface Settings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly refreshToken: string;
  readonly ca: string | undefined;
}

function readSettings(config: JsonRecord): Settings | undefined {
  const issuer = text(config["idp-issuer-url"]);
  const clientId = text(config["client-id"]);
  const refreshToken = text(config["refresh-token"]);
  if (
    issuer === undefined || clientId === undefined || refreshToken === undefined
  ) return undefined;
  const clientSecret = text(config["client-secret"]);
  const entry = new Entry("config of the auth-provider", config);
  const ca = pemSource(entry, "idp-certificate-authority", "certificate")?.();
  return { issuer, clientId, clientSecret, refreshToken, ca };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The fields of the configuration that a renewal changes. */
interface Tokens {
  readonly "id-token": string;
  readonly "refresh-token": string;
}

async function renew(
  config: JsonRecord,
  signal: AbortSignal,
): Promise<Tokens | undefined> {
  const settings = readSettings(config);
  if (settings === undefined) return undefined;
  const client = await loadOpenidClient();
  const configuration = await discover(client, settings, signal);
  const { refreshToken } = settings;
  const response = await client.refreshTokenGrant(configuration, refreshToken);
  if (response.id_token === undefined) {
    throw new Error(
      "the issuer returned no ID token: log in again, with the scope openid",
    );
  }
  return {
    "id-token": response.id_token,
    "refresh-token": response.refresh_token ?? refreshToken,
  };
}

async function discover(
  client: OpenidClient,
  { issuer, clientId, clientSecret, ca }: Settings,
  signal: AbortSignal,
): Promise<Configuration> {
  const find = (url: string) =>
    client.discovery(
      new URL(url),
      clientId,
      { [client.clockTolerance]: CLOCK_TOLERANCE_S },
      clientAuthentication(client, clientSecret),
      {
        // `send` requires TLS itself, other than for this host.
        execute: [client.allowInsecureRequests],
        [client.customFetch]: (url, init) => send(url, init, ca, signal),
      },
    );
  if (!URL.canParse(issuer)) throw new Error("idp-issuer-url is not a URL");
  try {
    return await find(issuer);
  } catch (error) {
    if (!isRecord(error) || error.code !== ANOTHER_ISSUER) throw error;
    // It may only differ in a final slash. client-go does not compare it.
    return await find(
      `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
    );
  }
}

const ANOTHER_ISSUER = "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED";

/** By the method that the issuer supports, `client_secret_basic` by default. */
function clientAuthentication(
  client: OpenidClient,
  secret: string | undefined,
): ClientAuth {
  if (secret === undefined) return client.None();
  return (server, ...others) => {
    const methods = server.token_endpoint_auth_methods_supported;
    const authenticate = methods?.includes("client_secret_basic") ?? true
      ? client.ClientSecretBasic(secret)
      : client.ClientSecretPost(secret);
    authenticate(server, ...others);
  };
}

/** What openid-client passes to its `fetch`. */
interface SentRequest {
  readonly body?: unknown;
  readonly headers: Record<string, string>;
  readonly method: string;
  readonly signal?: AbortSignal | undefined;
}

/** Sends a request over a connection of its own, with the issuer's authority. */
async function send(
  url: string,
  { body, headers, method, signal }: SentRequest,
  ca: string | undefined,
  closing: AbortSignal,
): Promise<Response> {
  const { protocol, hostname } = new URL(url);
  if (protocol !== "https:" && !isLoopback(hostname)) {
    throw new Error(
      `its tokens would be sent to ${hostname} unencrypted: use an https:// issuer`,
    );
  }
  const transport = await createTransport({
    server: url,
    tls: { ca, insecure: false, serverName: undefined },
    proxyUrl: environmentProxy(url),
    certificate: undefined,
    headers: [],
  });
  try {
    const response = await transport.fetch(url, {
      method,
      headers,
      redirect: "manual",
      body: body === undefined || body === null ? null : String(body),
      signal: signal === undefined
        ? closing
        : AbortSignal.any([closing, signal]),
    });
    return await readAnswer(response);
  } finally {
    await transport.close();
  }
}

async function readAnswer(response: Response): Promise<Response> {
  const { status, headers } = response;
  const decoder = new TextDecoder();
  let answer = "";
  let length = 0;
  for await (const bytes of response.body ?? []) {
    length += bytes.length;
    if (length > MAX_ANSWER_BYTES) throw new Error("the answer is too long");
    answer += decoder.decode(bytes, { stream: true });
  }
  return new Response(answer === "" ? null : answer, { status, headers });
}

function failureText(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (isRecord(cause) && typeof cause.error === "string") {
    const description = text(cause.error_description);
    return `the issuer refused to renew the token: ${
      [cause.error, description ?? []].flat().join(": ")
    }: log in again`;
  }
  if (cause instanceof Response) {
    return `the issuer responded with HTTP status ${cause.status}`;
  }
  if (!(cause instanceof Error)) return errorText(error);
  // openid-client wraps what its fetch throws in an error that says nothing.
  const isWrapped = isRecord(error) && error.code === undefined;
  return errorChainText(isWrapped ? cause : error);
}
