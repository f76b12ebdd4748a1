/**
 * What several help texts say in the same words.
 *
 * @module
 */

/** How a server is reached. */
export const SERVER_HELP =
  `Which cluster, and as whom: what kubectl's configuration says (KUBECONFIG, or
~/.kube/config, or a pod's service account), unless told otherwise:
      --kubeconfig FILE  Another kubeconfig
      --context NAME     Another context; also --cluster NAME, --user NAME
  -s, --server URL       Another address; also --tls-server-name NAME
      --token TOKEN      Bearer token; also --username NAME, --password TEXT
      --token-file FILE  File with the bearer token, read again for each request
      --client-certificate FILE, --client-key FILE
                         Certificate and key to log in with
      --certificate-authority FILE
                         Who has signed the server's certificate
      --insecure-skip-tls-verify
                         Take any certificate
      --as USER          Act as another; also --as-group GROUP, --as-uid UID,
                         --as-user-extra KEY=VALUE
      --request-timeout TIME
                         Longest that a request may go unanswered (default 60s)
      --embedded         No cluster needed: a server inside this program, in
                         which deployment/web rolls out over some seconds
                         while its connections break`;

/** What resources may be called. */
export const RESOURCES_HELP =
  `Resources go by plural, singular, short name or kind (deployments, deployment,
deploy, Deployment), with their group or version where that is needed
(certificates.cert-manager.io, ingresses.v1.networking.k8s.io).`;

/** The exit statuses that all commands share. */
export const EXIT_STATUS_HELP = `  2    The command line is wrong (kubectl: 1)
  130  Interrupted by Ctrl-C; 143 by SIGTERM`;
