/**
 * The help text of `wait`.
 *
 * @module
 */

import {
  EXIT_STATUS_HELP,
  RESOURCES_HELP,
  SERVER_HELP,
} from "./_help_parts.ts";

/** What `wait --help` says. */
export const WAIT_HELP =
  `Wait until objects are as they should be, as "kubectl wait" does.

Usage:
  watchtools wait RESOURCE/NAME… --for=…
  watchtools wait RESOURCE -l SELECTOR --for=…
  watchtools wait RESOURCE --all --for=…

Examples:
  # A rollout, for at most five minutes
  watchtools wait deployment/web --for=condition=Available --timeout=5m -s URL

  # All pods with a label, at the same time
  watchtools wait pods -l app=web --for=condition=Ready -n shop -s URL

  # A condition that is not True: any status, in any case
  watchtools wait pod/web-0 --for=condition=Ready=false -s URL

  # A deletion; an object that is not there counts as deleted
  watchtools wait pod/web-0 job/import --for=delete -s URL

  # Only look: exit 0 if it holds now, else 1
  watchtools wait node/worker-1 --for=condition=Ready --timeout=0 -s URL

Options:
      --for WHAT         condition=NAME[=VALUE] (VALUE: true), or delete
      --timeout TIME     30s, 5m, 1h30m; 0 looks once, less than 0 waits for a
                         week (default 30s)
  -l, --selector LABELS  Objects with these labels: app=web,tier!=cache
      --all              All objects of the resource
  -n, --namespace NAME   Namespace (default "default")
  -A, --all-namespaces   All namespaces

${SERVER_HELP}

Which objects are waited for is decided at the start. All are awaited at the
same time: each is told of on stdout when it is ready, in that order. A status
that is older than the object's latest change never counts. Connections that
break are made again, and the wait goes on, also where the server has forgotten
what happened meanwhile; what waiting cannot mend (no such object, no
permission, a wrong token) ends it at once.

${RESOURCES_HELP}

Exit status:
  0    All conditions were met
  1    One was not in time, or the server refused
${EXIT_STATUS_HELP}
`;
