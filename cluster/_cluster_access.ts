/**
 * What a kubeconfig says about one context, in plain values that no longer
 * know where they came from: the texts of files where those are read once, the
 * names of those that are read again.
 *
 * @module
 */

import type { ClientCertificate, TlsSettings } from "./transport/tls.ts";

/** How a cluster is reached, and as whom. */
export interface ClusterAccess {
  /** The context's name; undefined where there is none. */
  readonly context: string | undefined;
  /** The namespace that the context names. */
  readonly namespace: string | undefined;
  /** The server's address. */
  readonly server: string;
  /** What a TLS connection needs to know. */
  readonly tls: TlsSettings;
  /** The proxy to go through. */
  readonly proxyUrl: string | undefined;
  /** Whether answers are not to be compressed. */
  readonly disableCompression: boolean;
  /** What the requests prove themselves with. */
  readonly credential: CredentialChoice;
  /** The client certificate, and whoever else may have to renew it. */
  readonly clientCertificate: ClientCertificateSource | undefined;
  /** Whom the requests are made for instead. */
  readonly impersonation: Impersonation | undefined;
  /** Whose credential it is, for errors: `user "me" of /home/me/.kube/config`. */
  readonly user: string;
}

/** Reads the client certificate; again when the server refuses it. */
export type ClientCertificateSource = () => ClientCertificate;

/** What requests prove themselves with, certificates aside. */
export type CredentialChoice =
  | { readonly type: "none" }
  | { readonly type: "token"; readonly token: string }
  | {
    readonly type: "token file";
    readonly path: string;
    /** What is used until the file can be read. */
    readonly fallback: string | undefined;
  }
  | {
    readonly type: "basic";
    readonly username: string;
    readonly password: string;
  }
  | { readonly type: "exec"; readonly plugin: ExecPlugin }
  | { readonly type: "auth provider"; readonly provider: AuthProvider };

/** A program that prints a credential. */
export interface ExecPlugin {
  /** The program, by name or by path. */
  readonly command: string;
  readonly args: readonly string[];
  /** Variables of its environment, besides ours. */
  readonly env: Readonly<Record<string, string>>;
  /** `client.authentication.k8s.io/v1` or `…/v1beta1`. */
  readonly apiVersion: string;
  /** What to tell whoever does not have the program. */
  readonly installHint: string | undefined;
  /** Whether it is to be told which cluster it is for. */
  readonly provideClusterInfo: boolean;
  /** What the cluster's entry says to it alone. */
  readonly clusterConfig: unknown;
}

/** What client-node knows how to authenticate with. */
export interface AuthProvider {
  /** `"oidc"`, `"gcp"`, `"azure"`, or one that was added to a KubeConfig. */
  readonly name: string;
  /** What it needs to know, tokens included. client-node changes it. */
  readonly config: Record<string, unknown>;
  /** The authentication of the KubeConfig that was given, if one was. */
  readonly authenticate: AuthenticateFunction | undefined;
}

/** Puts the headers into a request's options, as client-node does. */
export type AuthenticateFunction = (
  options: { headers: Record<string, unknown> },
) => Promise<void>;

/** Whom requests are made for. */
export interface Impersonation {
  /** The user. */
  readonly user: string;
  readonly uid: string | undefined;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}
