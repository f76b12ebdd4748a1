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

/** The output of `wait --help`. */
export const WAIT_HELP =
  `Wait until objects meet a condition, like "kubectl wait".

Usage:
  watchtools wait RESOURCE/NAME… --for=…
  watchtools wait RESOURCE -l SELECTOR --for=…
  watchtools wait RESOURCE --all --for=…
  watchtools wait -f FILE --for=…

Examples:
  # Wait up to five minutes for a Deployment to become available
  watchtools wait deployment/web --for=condition=Available --timeout=5m

  # Wait for everything in a manifest to be ready, whatever kinds it has
  watchtools wait -f app.yaml --for=ready --timeout=5m

  # Wait for all pods with a label
  watchtools wait pods -l app=web --for=condition=Ready -n shop

  # Wait for a condition to have another status than True (case-insensitive)
  watchtools wait pod/web-0 --for=condition=Ready=false

  # Wait for a field to have a value; without a value, for it to exist
  watchtools wait pod/web-0 --for=jsonpath={.status.phase}=Running

  # Wait for objects to be deleted; one that does not exist counts as deleted
  watchtools wait pod/web-0 job/import --for=delete

  # Wait for a pod to be created and then to become ready
  watchtools wait pod/web-0 --for=create --for=condition=Ready

  # Check once: exit with 0 if the condition is met, with 1 if not
  watchtools wait node/worker-1 --for=condition=Ready --timeout=0

Options:
      --for CONDITION    ready, condition=NAME[=VALUE] (default VALUE: true),
                         create, delete, or jsonpath=EXPRESSION[=VALUE]; repeat
                         it to wait for several conditions in turn
      --accept-stale-status
                         Let --for=jsonpath accept a status that does not
                         reflect the object's latest generation, for objects
                         whose controller does not keep observedGeneration
      --timeout TIME     How long to wait, such as 30s, 5m or 1h30m; 0 checks
                         once, a negative time means a week (default 30s)
  -l, --selector SELECTOR
                         Label selector: app=web,tier!=cache
      --field-selector SELECTOR
                         Field selector: status.phase=Running
      --all              Select all objects of the resource
  -f, --filename FILE    Manifest (YAML or JSON) that identifies the objects: a
                         file, a directory, or - for standard input
  -R, --recursive        Search the directories of -f recursively (default true)
  -k, --kustomize DIR    Not supported; use kubectl kustomize DIR | … -f -
  -n, --namespace NAME   Namespace (default: that of the context)
  -A, --all-namespaces   Select the objects across all namespaces
  -o, --output FORMAT    name, json, yaml, jsonpath=TEMPLATE,
                         jsonpath-as-json=TEMPLATE or jsonpath-file=FILE
                         (default: "NAME condition met")
      --template TEMPLATE
                         The template for -o jsonpath or jsonpath-as-json
      --allow-missing-template-keys
                         Ignore keys of a template that an object does not have
                         (default true)
      --show-managed-fields
                         Keep managedFields in objects printed as JSON or YAML

${SERVER_HELP}

The objects are selected once, at the start, and then awaited at the same time,
with one watch for each resource. An object is printed on stdout as soon as it
meets the conditions. One of a selection (-l, --field-selector, --all) that is
deleted meanwhile is no longer waited for. A status that does not reflect the
object's latest generation does not count. The wait survives broken connections
and expired resource versions; an error that retrying cannot fix, such as a
missing object or permission or an invalid token, ends it at once, and so does a
condition that can no longer be met, such as that a failed Job completes.

--for=ready works for any kind: a Deployment has rolled out, a Job has
completed, a Service of type LoadBalancer has an address, a custom resource has
the condition Ready or a similar one, and a ConfigMap exists. An object is never
ready without a sign of it. While a Deployment, StatefulSet, DaemonSet or Job is
not ready, the status says which pod it waits for and why, with the pod's last
warning event.

${RESOURCES_HELP}

Exit status:
  0    All conditions were met
  1    A condition was not met in time, or the server returned an error
${EXIT_STATUS_HELP}
`;
