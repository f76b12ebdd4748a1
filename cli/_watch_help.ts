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

/** The output of `watch --help`. */
export const WATCH_HELP =
  `Print objects and then each change to them, like "kubectl get --watch".

Usage:
  watchtools watch RESOURCE[/NAME] [-l SELECTOR] [-o wide|json|yaml|name|…]

Examples:
  # Watch the pods in a namespace
  watchtools watch pods -n shop

  # Show all pods in a table that is updated in place
  watchtools watch pods -A --live

  # Print one event per line as JSON, for another program
  watchtools watch deployment/web -o json --output-watch-events | jq -c .type

  # Watch for days, across connection failures and expired resource versions
  watchtools watch pods -A --cached

  # Resume where an earlier watch ended
  watchtools watch pods --resource-version 1234

Options:
      --live             Show a table that is updated in place, sorted by
                         namespace and name, with recent changes highlighted.
                         Requires a terminal; without one, it means --cached
      --cached           Keep all objects in memory, and list them again when
                         the resource version has expired, to print what was
                         missed; objects that are gone are printed as deleted
  -o, --output FORMAT    wide (all columns), json, yaml, name,
                         jsonpath=TEMPLATE, jsonpath-as-json=TEMPLATE or
                         jsonpath-file=FILE (default: the server's table)
      --output-watch-events
                         Print the type of each event: a column EVENT in tables,
                         {"type":…,"object":…} in JSON (one per line) and YAML
      --no-headers       Do not print column headers
  -L, --label-columns LABELS
                         Labels to show as columns, separated by commas
      --show-labels      Show all labels as the last column
      --template TEMPLATE
                         The template for -o jsonpath or jsonpath-as-json
      --allow-missing-template-keys
                         Ignore keys of a template that an object does not have
                         (default true)
      --show-managed-fields
                         Keep managedFields in objects printed as JSON or YAML
      --resource-version VERSION
                         Print only changes after this version, without the
                         existing objects (not with --cached or --live)
  -l, --selector SELECTOR
                         Label selector: app=web,tier!=cache
      --field-selector SELECTOR
                         Field selector: spec.nodeName=worker-1
  -n, --namespace NAME   Namespace (default: that of the context)
  -A, --all-namespaces   Watch the objects across all namespaces

${SERVER_HELP}

The watch runs until it is interrupted with Ctrl-C. It reconnects when its
connection breaks, without losing or repeating an event, and finally prints on
stderr the resource version to resume from. Servers keep only a few minutes of
history: if the resource version has expired, the watch ends, unless --cached is
given. With --cached, several changes of an object during such a gap are printed
as one. An object given by name must exist at the start; after that it may be
deleted and created again.

${RESOURCES_HELP}

Exit status:
  0    The reader of the output is gone (… | head -1)
  1    The resource version expired (never with --cached), or the server
       returned an error
${EXIT_STATUS_HELP}
`;
