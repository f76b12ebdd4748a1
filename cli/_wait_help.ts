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
  watchtools wait -f FILE --for=…

Examples:
  # A rollout, for at most five minutes
  watchtools wait deployment/web --for=condition=Available --timeout=5m

  # All pods with a label, at the same time
  watchtools wait pods -l app=web --for=condition=Ready -n shop

  # A condition that is not True: any status, in any case
  watchtools wait pod/web-0 --for=condition=Ready=false

  # Any field, in kubectl's JSONPath; without a value, that it is there
  watchtools wait pod/web-0 --for=jsonpath={.status.phase}=Running

  # A deletion; an object that is not there counts as deleted
  watchtools wait pod/web-0 job/import --for=delete

  # One condition after the other, of what is not there yet
  watchtools wait pod/web-0 --for=create --for=condition=Ready

  # Only look: exit 0 if it holds now, else 1
  watchtools wait node/worker-1 --for=condition=Ready --timeout=0

Options:
      --for WHAT         condition=NAME[=VALUE] (VALUE: true), create, delete,
                         or jsonpath=PATH[=VALUE]; several are awaited in turn
      --timeout TIME     30s, 5m, 1h30m; 0 looks once, less than 0 waits for a
                         week (default 30s)
  -l, --selector LABELS  Objects with these labels: app=web,tier!=cache
      --field-selector FIELDS
                         Objects with these fields: status.phase=Running
      --all              All objects of the resource
  -f, --filename FILE    Objects that are in these manifests, YAML or JSON: a
                         file, a folder with those in it (without them:
                         -R=false, --recursive=false), or - for standard input.
                         Not --kustomize (-k): kubectl kustomize FOLDER | … -f -
  -n, --namespace NAME   Namespace (default: the context's)
  -A, --all-namespaces   All namespaces
  -o, --output FORM      name, json, yaml, jsonpath=TEMPLATE (or --template T),
                         jsonpath-as-json=TEMPLATE or jsonpath-file=FILE;
                         without it, "… condition met"
      --allow-missing-template-keys=false
                         A key that is missing in a template is an error
      --show-managed-fields
                         Print who wrote which field as well

${SERVER_HELP}

Which objects are waited for is decided at the start. All are awaited at the
same time, those of a resource over one watch: each is told of on stdout when it
is ready, in that order. A status that is older than the object's latest change
never counts. Connections that break are made again, and the wait goes on, also
where the server has forgotten what happened meanwhile; what waiting cannot mend
(no such object, no permission, a wrong token) ends it at once.

${RESOURCES_HELP}

Exit status:
  0    All conditions were met
  1    One was not in time, or the server refused
${EXIT_STATUS_HELP}
`;
