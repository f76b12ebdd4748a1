/**
 * The authentication that kubeconfigs leave to a program's own knowledge
 * (`auth-provider`): client-node's is used, which is loaded only then.
 *
 * client-node keeps what it was given last in its configuration, and when that
 * expires in its instances, where OpenID Connect's is wrong after the first
 * renewal. So an instance is used once, and the configuration is kept.
 *
 * @module
 */

import { loadClientNode } from "./_load_client_node.ts";
import type { AuthenticateFunction, AuthProvider } from "./_cluster_access.ts";
import { errorText } from "../internal/error_text.ts";
import { shownLine } from "../internal/redacted_line.ts";

/** Those that client-node has without anybody adding them. */
export const BUILT_IN_PROVIDERS: readonly string[] = ["azure", "gcp", "oidc"];

/**
 * Gets a token.
 *
 * @param provider What is known of the provider.
 * @param user Whose token it is, for errors.
 * @returns The token.
 * @throws {Error} If it gives none.
 */
export async function authProviderToken(
  provider: AuthProvider,
  user: string,
): Promise<string> {
  const authenticate = provider.authenticate ?? await loadProvider(provider);
  const fail = (why: string): Error =>
    new Error(
      `The auth-provider ${JSON.stringify(provider.name)} for ${user} ${why}`,
    );
  if (authenticate === undefined) {
    throw fail(
      `is none of ${
        BUILT_IN_PROVIDERS.join(", ")
      }: use an exec plugin, or a KubeConfig that it was added to`,
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
  throw fail("has given no token: log in again");
}

async function loadProvider(
  { name, config }: AuthProvider,
): Promise<AuthenticateFunction | undefined> {
  if (!BUILT_IN_PROVIDERS.includes(name)) return undefined;
  const { KubeConfig } = await loadClientNode();
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    // Only the headers are wanted, and no agent for a real server.
    { name: "cluster", server: "https://localhost", skipTLSVerify: false },
    { name: "user", authProvider: { name, config } },
  );
  return (options) => kubeConfig.applyToHTTPSOptions(options);
}
