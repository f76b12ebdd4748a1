/**
 * The help text of `rollout`.
 *
 * @module
 */

import {
  EXIT_STATUS_HELP,
  RESOURCES_HELP,
  SERVER_HELP,
} from "./_help_parts.ts";

/** The output of `rollout --help`. */
export const ROLLOUT_HELP =
  `Show the status of a rollout until it is done, like "kubectl rollout status".

Usage:
  watchtools rollout status RESOURCE/NAME…
  watchtools rollout status RESOURCE [NAME… | -l SELECTOR]
  watchtools rollout status -f FILE…

Examples:
  # Watch the rollout of a Deployment for up to five minutes
  watchtools rollout status deployment/web --timeout=5m

  # Show the current status without waiting
  watchtools rollout status statefulset/db --watch=false

  # Watch the rollouts of all Deployments with a label, one after the other
  watchtools rollout status deployment -l tier=front -n shop

  # Fail if the Deployment is not, or no longer, at revision 3
  watchtools rollout status deployment/web --revision=3

Options:
      --timeout TIME     How long to wait for each object, such as 30s, 5m or
                         1h30m; 0 means no limit (default 0)
  -w, --watch            Watch the status until the rollout is done (default
                         true); --watch=false shows the current status
      --revision NUMBER  Fail unless the Deployment is at this revision
                         (default 0, any revision)
  -l, --selector SELECTOR
                         Label selector: app=web,tier!=cache
  -f, --filename FILE    Manifest (YAML or JSON) that identifies the objects: a
                         file, a directory, or - for standard input
  -R, --recursive        Search the directories of -f recursively
  -k, --kustomize DIR    Not supported; use kubectl kustomize DIR | … -f -
  -n, --namespace NAME   Namespace (default: that of the context)

${SERVER_HELP}

Supports Deployments, StatefulSets and DaemonSets of the group apps. A status
that does not reflect the object's latest generation never counts. The command
survives broken connections and expired resource versions.

As with kubectl, a StatefulSet that is scaled down is done while pods still
terminate, and its minReadySeconds are not waited for; "wait --for=ready" waits
for both.

${RESOURCES_HELP}

Exit status:
  0    The rollout is done; with --watch=false, its status was shown
  1    The rollout failed or did not finish in time, or the server returned an
       error
${EXIT_STATUS_HELP}
`;
