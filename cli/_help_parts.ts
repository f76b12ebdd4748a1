/**
 * What several help texts say in the same words.
 *
 * @module
 */

/** How a server is reached. */
export const SERVER_HELP = `Reaching a server:
  -s, --server URL       Address of the API server. Your own cluster's is
                         reached with "kubectl proxy" running:
                         --server http://127.0.0.1:8001
      --token TOKEN      Bearer token
      --token-file FILE  File with the bearer token, read again for each request
      --embedded         No cluster needed: a server inside this program, in
                         which deployment/web rolls out over some seconds
                         while its connections break`;

/** What resources may be called. */
export const RESOURCES_HELP =
  `Resources go by plural, singular, short name or kind
(deployments, deployment, deploy, Deployment), or in full, which custom
resources need: plural.version.group (certificates.v1.cert-manager.io).`;

/** The exit statuses that all commands share. */
export const EXIT_STATUS_HELP =
  `  2    The command line is wrong (kubectl: 1). Nothing was asked of a server
  130  Interrupted by Ctrl-C; 143 by SIGTERM`;
