/**
 * What can be asked of a cluster beside, or instead of, what a kubeconfig says.
 *
 * @module
 */

/**
 * Options for `Cluster.fromDefault`: each is the flag of `kubectl` of that
 * name, and outranks what the kubeconfig says. Paths are relative to the
 * current folder.
 */
export interface ClusterOptions {
  /** The kubeconfig file, instead of those that `KUBECONFIG` names. */
  kubeconfig?: string | undefined;
  /** The context, instead of the current one. */
  context?: string | undefined;
  /** The cluster of the kubeconfig, instead of the context's. */
  cluster?: string | undefined;
  /** The user of the kubeconfig, instead of the context's. */
  user?: string | undefined;
  /** The namespace, instead of the context's. */
  namespace?: string | undefined;
  /** The address of the server. */
  server?: string | undefined;
  /** The bearer token. */
  token?: string | undefined;
  /** The file with the bearer token, read for each request. Not a flag. */
  tokenFile?: string | undefined;
  /** The user name for basic authentication. */
  username?: string | undefined;
  /** The password for basic authentication. */
  password?: string | undefined;
  /** The file with the client certificate. */
  clientCertificate?: string | undefined;
  /** The file with the key of the client certificate. */
  clientKey?: string | undefined;
  /** The file with the authorities that are trusted. */
  certificateAuthority?: string | undefined;
  /** Whether any certificate of the server's will do. */
  insecureSkipTlsVerify?: boolean | undefined;
  /** The name that the server's certificate is for. */
  tlsServerName?: string | undefined;
  /** The proxy to go through. */
  proxyUrl?: string | undefined;
  /** The user that requests are made for. */
  as?: string | undefined;
  /** The groups that requests are made for. */
  asGroups?: readonly string[] | undefined;
  /** The uid that requests are made for. */
  asUid?: string | undefined;
  /** What else is said of the user that requests are made for. */
  asUserExtra?: Readonly<Record<string, readonly string[]>> | undefined;
}
