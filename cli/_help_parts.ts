/**
 * The parts that several help texts share.
 *
 * @module
 */

/** The options that select a server and a user. */
export const SERVER_HELP =
  `Connection options (default: kubectl's configuration, which is $KUBECONFIG,
~/.kube/config, or the service account of the pod):
      --kubeconfig FILE  Path to the kubeconfig file
      --context NAME, --cluster NAME, --user NAME
                         Context, cluster or user of the kubeconfig to use
  -s, --server URL       Address of the Kubernetes API server
      --tls-server-name NAME
                         Server name to verify the server's certificate against
      --token TOKEN      Bearer token for authentication
      --token-file FILE  File that contains the bearer token, read again for
                         every request
      --username NAME, --password TEXT
                         Basic authentication
      --client-certificate FILE, --client-key FILE
                         Client certificate and key for TLS
      --certificate-authority FILE
                         Certificate of the certificate authority
      --insecure-skip-tls-verify
                         Do not verify the server's certificate (insecure)
      --as USER, --as-group GROUP, --as-uid UID, --as-user-extra KEY=VALUE
                         User to impersonate; groups and extra values can be
                         repeated
      --request-timeout TIME
                         How long to wait for the response to a single request
                         (default 60s); 0 means no limit
      --embedded         Start a server in this process instead, in which
                         deployment/web rolls out within a few seconds while
                         its connections break`;

/** How to name resources. */
export const RESOURCES_HELP =
  `A RESOURCE is a plural, singular or short name or a kind (deployments,
deployment, deploy, Deployment), with a group or version if it is ambiguous
(certificates.cert-manager.io, ingresses.v1.networking.k8s.io).`;

/** The exit statuses that all commands share. */
export const EXIT_STATUS_HELP = `  2    Invalid command line (kubectl: 1)
  130  Interrupted by Ctrl-C, 143 by SIGTERM`;
