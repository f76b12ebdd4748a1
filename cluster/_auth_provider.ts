/**
 * Authentication with an `auth-provider` of a kubeconfig: `oidc` by
 * `_oidc.ts`, the others by the implementations in client-node, which is loaded
 * only for this.
 *
 * client-node stores the current token in the configuration of the provider but
 * its expiry in the provider's instance. So each instance is used only once, and
 * the configuration is kept.
 *
 * @module
 */

import { loadClientNode } from "./_load_client_node.ts";
import type { AuthenticateFunction, AuthProvider } from "./_cluster_access.ts";
import { errorText } from "../internal/error_text.ts";
import { oidcToken } from "./_oidc.ts";
import { shownLine } from "../internal/redacted_line.ts";

/** The providers that are part of client-node. */
export const BUILT_IN_PROVIDERS: readonly string[] = ["azure", "gcp", "oidc"];

/** Options for {@linkcode authProviderToken}. */
export interface AuthProviderOptions {
  /** The user that the token is for, for messages. */
  readonly user: string;
  /** Aborts a renewal of the token. */
  readonly signal: AbortSignal;
}

/**
 * Gets a token from an auth provider.
 *
 * @param provider The provider and its configuration.
 * @param options For whom, and what aborts a renewal.
 * @returns The token.
 * @throws {ConfigurationError} If the provider cannot be reached as configured.
 * @throws {Error} If the provider is unknown, fails or returns no token.
 */
export async function authProviderToken(
  provider: AuthProvider,
  { user, signal }: AuthProviderOptions,
): Promise<string> {
  const fail = (why: string): Error =>
    new Error(
      `The auth-provider ${JSON.stringify(provider.name)} for ${user} ${why}`,
    );
  if (provider.name === "oidc") {
    const token = await oidcToken(provider, { user, signal, fail });
    if (token !== undefined) return token;
    throw fail("returned no token: log in again");
  }
  const authenticate = provider.authenticate ?? await loadProvider(provider);
  if (authenticate === undefined) {
    throw fail(
      `is not one of ${
        BUILT_IN_PROVIDERS.join(", ")
      }: use an exec plugin, or a KubeConfig with an authenticator for it`,
    );
  }
  const options: { headers: Record<string, unknown> } = { headers: {} };
  try {
    await authenticate(options);
  } catch (error) {
    const secrets = Object.values(provider.config);
    throw fail(`failed: ${shownLine(errorText(error), secrets)}`);
  }
  const { Authorization: header } = options.headers;
  const token = typeof header === "string"
    ? /^Bearer (\S+)\s*$/.exec(header)?.[1]
    : undefined;
  if (token !== undefined) return token;
  throw fail("returned no token: log in again");
}

async function loadProvider(
  { name, config }: AuthProvider,
): Promise<AuthenticateFunction | undefined> {
  if (!BUILT_IN_PROVIDERS.includes(name)) return undefined;
  const { KubeConfig } = await loadClientNode();
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    // Only the headers are used: no request is sent to this server.
    { name: "cluster", server: "https://localhost", skipTLSVerify: false },
    { name: "user", authProvider: { name, config } },
  );
  return (options) => kubeConfig.applyToHTTPSOptions(options);
}
