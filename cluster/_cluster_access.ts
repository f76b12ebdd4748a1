/**
 * The resolved settings of one context of a kubeconfig, as plain values: the
 * content of files that are read once, the paths of files that are read again.
 *
 * @module
 */

import type { AuthProviderStore } from "./_kubeconfig_tokens.ts";
import type { ClientCertificate, TlsSettings } from "./transport/tls.ts";

/** How to connect to a cluster and authenticate there. */
export interface ClusterAccess {
  /** The name of the context, if there is one. */
  readonly context: string | undefined;
  /** The namespace of the context, if it has one. */
  readonly namespace: string | undefined;
  /** The address of the server. */
  readonly server: string;
  /** The TLS settings for the server, with the authorities as first read. */
  readonly tls: TlsSettings;
  /** Reads the certificate authorities again, if there are any. */
  readonly authority: (() => string) | undefined;
  /** The proxy to use, if any. */
  readonly proxyUrl: string | undefined;
  /** Whether to request uncompressed responses. */
  readonly disableCompression: boolean;
  /** How requests authenticate, apart from a client certificate. */
  readonly credential: CredentialConfig;
  /** Reads the client certificate, if there is one. */
  readonly clientCertificate: ClientCertificateSource | undefined;
  /** The user to impersonate, if any. */
  readonly impersonation: Impersonation | undefined;
  /** The user's entry, for messages: `user "me" of /home/me/.kube/config`. */
  readonly user: string;
}

/**
 * Reads the client certificate. A file that cannot be read any more, as it may
 * be while it is replaced, counts as unchanged.
 */
export type ClientCertificateSource = () => ClientCertificate;

/** How requests authenticate, apart from a client certificate. */
export type CredentialConfig =
  | { readonly type: "none" }
  | { readonly type: "token"; readonly token: string }
  | {
    readonly type: "token file";
    readonly path: string;
    /** The token to use while the file cannot be read. */
    readonly fallback: string | undefined;
  }
  | {
    readonly type: "basic";
    readonly username: string;
    readonly password: string;
  }
  | { readonly type: "exec"; readonly plugin: ExecPlugin }
  | { readonly type: "auth provider"; readonly provider: AuthProvider };

/** A client-go credential plugin: a program that prints a credential. */
export interface ExecPlugin {
  /** The name or path of the program. */
  readonly command: string;
  readonly args: readonly string[];
  /** Additional environment variables. */
  readonly env: Readonly<Record<string, string>>;
  /** `client.authentication.k8s.io/v1` or `…/v1beta1`. */
  readonly apiVersion: string;
  /** Shown if the program is not installed. */
  readonly installHint: string | undefined;
  /** Whether to pass information about the cluster to the program. */
  readonly provideClusterInfo: boolean;
  /** The part of that information which only the plugin interprets. */
  readonly clusterConfig: unknown;
}

/** An auth provider. */
export interface AuthProvider {
  /** `"oidc"`, `"gcp"`, `"azure"`, or one that was added to a KubeConfig. */
  readonly name: string;
  /** Its configuration, including tokens. It is updated by a renewal. */
  readonly config: Record<string, unknown>;
  /** Keeps renewed tokens for other processes, if there is a place for them. */
  readonly store: AuthProviderStore | undefined;
  /** Authenticates through the given KubeConfig, if there is one. */
  readonly authenticate: AuthenticateFunction | undefined;
}

/** Sets the headers of a request, as client-node's authenticators do. */
export type AuthenticateFunction = (
  options: { headers: Record<string, unknown> },
) => Promise<void>;

/** The user to impersonate. */
export interface Impersonation {
  /** The name of the user. */
  readonly user: string;
  readonly uid: string | undefined;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}
