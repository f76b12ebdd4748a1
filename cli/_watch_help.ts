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
  `Print what is there, then each change, one line an event.

Usage:
  watchtools watch RESOURCE[/NAME] [-l SELECTOR] [-o table|json|name]

Examples:
  # Pods of a namespace
  watchtools watch pods -n shop

  # One object as JSON, one event a line, for another program
  watchtools watch deployment/web -o json | jq -c '.object.status'

  # For days, whatever happens to the connection
  watchtools watch pods -A --cached

  # Carry on where an earlier run was ended
  watchtools watch pods --resource-version 1234

Options:
      --cached           Keep all objects in memory, and go on when the version
                         has expired: what was missed is found by a list, and
                         what is gone by then is printed as DELETED
  -o, --output FORM      table, json ({"type":…,"object":…} per line) or name
                         (default table)
      --resource-version VERSION
                         Only what changed after this version, without the list
                         (not with --cached, which needs the list)
  -l, --selector LABELS  Objects with these labels: app=web,tier!=cache
  -n, --namespace NAME   Namespace (default: the context's)
  -A, --all-namespaces   All namespaces

${SERVER_HELP}

It goes on until Ctrl-C, through connections that break, and then prints on
stderr the version to resume from: no event is lost or repeated in between. A
server keeps its history for a few minutes only; an older version has expired,
which ends it unless --cached is given. With --cached, several changes of an
object during such a gap are one line.

${RESOURCES_HELP}

Exit status:
  0    The reader of the output has gone away (… | head -1)
  1    The version has expired (never with --cached), or the server refused
${EXIT_STATUS_HELP}
`;
