/**
 * Options that select and override the entries of a kubeconfig.
 *
 * @module
 */

/**
 * Options for `Cluster.fromDefault`: each is the equivalent of `kubectl`'s flag
 * of that name, and overrides the kubeconfig. Paths are relative to the current
 * directory.
 */
export interface ClusterOptions {
  /** The kubeconfig file, instead of the files in `KUBECONFIG`. */
  kubeconfig?: string | undefined;
  /** The name of the context, instead of the current context. */
  context?: string | undefined;
  /** The name of the cluster, instead of the context's cluster. */
  cluster?: string | undefined;
  /** The name of the user, instead of the context's user. */
  user?: string | undefined;
  /** The namespace, instead of the context's namespace. */
  namespace?: string | undefined;
  /** The address of the server. */
  server?: string | undefined;
  /** The bearer token. */
  token?: string | undefined;
  /** A file with the bearer token, read for each request. Not in `kubectl`. */
  tokenFile?: string | undefined;
  /** The user name for basic authentication. */
  username?: string | undefined;
  /** The password for basic authentication. */
  password?: string | undefined;
  /** A file with the client certificate. */
  clientCertificate?: string | undefined;
  /** A file with the private key of the client certificate. */
  clientKey?: string | undefined;
  /** A file with the certificate authorities that are trusted. */
  certificateAuthority?: string | undefined;
  /** Whether the certificate of the server is not verified. */
  insecureSkipTlsVerify?: boolean | undefined;
  /** The name to verify the certificate of the server against. */
  tlsServerName?: string | undefined;
  /** The URL of the proxy to use. */
  proxyUrl?: string | undefined;
  /** The user to impersonate. */
  as?: string | undefined;
  /** The groups to impersonate. */
  asGroups?: readonly string[] | undefined;
  /** The UID to impersonate. */
  asUid?: string | undefined;
  /** Additional information about the user to impersonate. */
  asUserExtra?: Readonly<Record<string, readonly string[]>> | undefined;
}
