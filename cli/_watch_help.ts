/**
 * The help text of `watch`.
 *
 * @module
 */

import {
  EXIT_STATUS_HELP,
  RESOURCES_HELP,
  SERVER_HELP,
} from "./_help_parts.ts";

/** What `watch --help` says. */
export const WATCH_HELP =
  `Print what is there, then each change, as "kubectl get --watch" does.

Usage:
  watchtools watch RESOURCE[/NAME] [-l SELECTOR] [-o wide|json|yaml|name|…]

Examples:
  # Pods of a namespace
  watchtools watch pods -n shop

  # A table that is drawn again in place, for whoever looks on
  watchtools watch pods -A --live

  # One event a line as JSON, for another program
  watchtools watch deployment/web -o json --output-watch-events | jq -c .type

  # For days, whatever happens to the connection
  watchtools watch pods -A --cached

  # Carry on where an earlier run was ended
  watchtools watch pods --resource-version 1234

Options:
      --live             Draw one table in place, sorted by namespace and name,
                         with ages that go on and marks on what has just
                         changed. Needs a terminal: elsewhere it is --cached
      --cached           Keep all objects in memory, and go on when the version
                         has expired: what was missed is found by a list, and
                         what is gone by then is printed as deleted
  -o, --output FORM      wide (all columns), json, yaml, name or
                         jsonpath=TEMPLATE, jsonpath-as-json=TEMPLATE or
                         jsonpath-file=FILE, not the server's own table
      --output-watch-events
                         Also what happened: a column EVENT, or with json and
                         yaml {"type":…,"object":…}, for json one a line
      --no-headers       Nothing above the columns
  -L, --label-columns LABELS
                         A column for each of these labels
      --show-labels      All labels in a last column
      --template TEMPLATE
                         The template, where -o jsonpath has none of its own
      --allow-missing-template-keys
                         Whether a template may name what is not there (true)
      --show-managed-fields
                         With json and yaml, also metadata.managedFields
      --resource-version VERSION
                         Only what changed after this version, without the list
                         (not with --cached or --live, which need the list)
  -l, --selector LABELS  Objects with these labels: app=web,tier!=cache
      --field-selector FIELDS
                         Objects with these values: spec.nodeName=worker-1
  -n, --namespace NAME   Namespace (default: the context's)
  -A, --all-namespaces   All namespaces

${SERVER_HELP}

It goes on until Ctrl-C, through connections that break, and then prints on
stderr the version to resume from: no event is lost or repeated in between. A
server keeps its history for a few minutes only; an older version has expired,
which ends it unless --cached is given. With --cached, several changes of an
object during such a gap are one line. An object that is named has to be there
when it begins; it may go and come again later.

${RESOURCES_HELP}

Exit status:
  0    The reader of the output has gone away (… | head -1)
  1    The version has expired (never with --cached), or the server refused
${EXIT_STATUS_HELP}
`;
