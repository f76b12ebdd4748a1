/**
 * The help texts: what can be done, by example.
 *
 * @module
 */

import type { HelpTopic } from "./_command.ts";

const SERVER_OPTIONS = `Reaching a server:
  -s, --server URL       Address of the API server. Your own cluster's is
                         reached with "kubectl proxy" running:
                         --server http://127.0.0.1:8001
      --token TOKEN      Bearer token
      --token-file FILE  File with the bearer token, read again for each request
      --embedded         No cluster needed: a server inside this program, in
                         which deployment/web rolls out over some seconds
                         while its connections break`;

const RESOURCES = `Resources go by plural, singular, short name or kind
(deployments, deployment, deploy, Deployment), or in full, which custom
resources need: plural.version.group (certificates.v1.cert-manager.io).`;

const EXIT_STATUS =
  `  2    The command line is wrong (kubectl: 1). Nothing was asked of a server
  130  Interrupted by Ctrl-C; 143 by SIGTERM`;

const OVERVIEW =
  `Wait on Kubernetes and watch it, through connections that break.

Usage:
  watchtools wait  RESOURCE/NAME… --for=CONDITION   until it holds
  watchtools watch RESOURCE[/NAME]                  each change, as a line

Try it now, no cluster needed:
  watchtools wait deployment/web --for=condition=Available --embedded

On your cluster, with "kubectl proxy" running in another terminal:
  export SERVER=http://127.0.0.1:8001
  watchtools wait deployment/web --for=condition=Available --server $SERVER
  watchtools wait pods -l app=web --for=delete --timeout=2m --server $SERVER
  watchtools watch pods -A --server $SERVER

${SERVER_OPTIONS}

Other options:
  -h, --help             Help; "wait --help" and "watch --help" tell all options
      --version          Version

${RESOURCES}

Environment: NO_COLOR turns colours off; DEBUG=1 adds stack traces to errors.

Exit status:
  0    Done
  1    Failed, in what the server said or because time was up
${EXIT_STATUS}
`;

const WAIT = `Wait until objects are as they should be, as "kubectl wait" does.

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

${SERVER_OPTIONS}

Which objects are waited for is decided at the start. All are awaited at the
same time: each is told of on stdout when it is ready, in that order. A status
that is older than the object's latest change never counts. Connections that
break are made again, and the wait goes on, also where the server has forgotten
what happened meanwhile; what waiting cannot mend (no such object, no
permission, a wrong token) ends it at once.

${RESOURCES}

Exit status:
  0    All conditions were met
  1    One was not in time, or the server refused
${EXIT_STATUS}
`;

const WATCH = `Print what is there, then each change, one line an event.

Usage:
  watchtools watch RESOURCE[/NAME] [-l SELECTOR] [-o table|json|name]

Examples:
  # Pods of a namespace
  watchtools watch pods -n shop -s URL

  # One object as JSON, one event a line, for another program
  watchtools watch deployment/web -o json -s URL | jq -c '.object.status'

  # For days, whatever happens to the connection
  watchtools watch pods -A --cached -s URL

  # Carry on where an earlier run was ended
  watchtools watch pods --resource-version 1234 -s URL

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
  -n, --namespace NAME   Namespace (default "default")
  -A, --all-namespaces   All namespaces

${SERVER_OPTIONS}

It goes on until Ctrl-C, through connections that break, and then prints on
stderr the version to resume from: no event is lost or repeated in between. A
server keeps its history for a few minutes only; an older version has expired,
which ends it unless --cached is given. With --cached, several changes of an
object during such a gap are one line.

${RESOURCES}

Exit status:
  0    The reader of the output has gone away (… | head -1)
  1    The version has expired (never with --cached), or the server refused
${EXIT_STATUS}
`;

const TEXTS: Readonly<Record<HelpTopic, string>> = {
  overview: OVERVIEW,
  wait: WAIT,
  watch: WATCH,
};

/**
 * The help on a topic.
 *
 * @param topic The topic.
 * @returns The text.
 */
export function helpText(topic: HelpTopic): string {
  return TEXTS[topic];
}
