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

/** What `rollout --help` says. */
export const ROLLOUT_HELP =
  `Tell how far a rollout is, until it is over, as "kubectl rollout status" does.

Usage:
  watchtools rollout status RESOURCE/NAME…
  watchtools rollout status RESOURCE [NAME… | -l SELECTOR]
  watchtools rollout status -f FILE…

Examples:
  # A Deployment, for at most five minutes
  watchtools rollout status deployment/web --timeout=5m

  # Only look, and do not wait
  watchtools rollout status statefulset/db --watch=false

  # All with a label, one after the other
  watchtools rollout status deployment -l tier=front -n shop

  # Fail if another rollout comes in between
  watchtools rollout status deployment/web --revision=3

Options:
      --timeout TIME     30s, 5m, 1h30m for each object; 0 for as long as it
                         takes (default 0)
  -w, --watch            Wait until it is over (default true): --watch=false
                         tells the status as it is now
      --revision NUMBER  The revision that a Deployment has to be at: fail when
                         it is another one (default 0, any)
  -l, --selector LABELS  Objects with these labels: app=web,tier!=cache
  -f, --filename FILE    Objects that are in these manifests, YAML or JSON: a
                         file, a folder with those in it (with -R, --recursive
                         also those deeper), or - for standard input. Not
                         --kustomize (-k): kubectl kustomize FOLDER | … -f -
  -n, --namespace NAME   Namespace (default: the context's)

${SERVER_HELP}

Deployments, StatefulSets and DaemonSets can be told of. A status that is older
than the object's latest change never counts. Connections that break are made
again, and it goes on, also where the server has forgotten what happened
meanwhile.

${RESOURCES_HELP}

Exit status:
  0    The rollout is over; with --watch=false: its status was told
  1    It has failed or was not in time, or the server refused
${EXIT_STATUS_HELP}
`;
