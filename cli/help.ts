/**
 * The help texts: what can be done, by example.
 *
 * @module
 */

import type { CommandEntry } from "./_command_module.ts";
import {
  EXIT_STATUS_HELP,
  RESOURCES_HELP,
  SERVER_HELP,
} from "./_help_parts.ts";

const OVERVIEW =
  `Wait on Kubernetes and watch it, through connections that break.

Usage:
  watchtools wait  RESOURCE/NAME… --for=CONDITION   until it holds
  watchtools watch RESOURCE[/NAME]                  each change, as a line
  watchtools rollout status RESOURCE/NAME…          until it is over

Try it now, no cluster needed:
  watchtools wait deployment/web --for=condition=Available --embedded

On your cluster, as kubectl is set up for it:
  watchtools wait deployment/web --for=condition=Available
  watchtools wait pods -l app=web --for=delete --timeout=2m
  watchtools watch pods -A --live
  watchtools rollout status deployment/web

${SERVER_HELP}

Other options:
  -h, --help             Help; "wait --help" and "watch --help" tell all options
      --version          Version

${RESOURCES_HELP}

Environment: NO_COLOR turns colours off; DEBUG=1 adds stack traces to errors.

Exit status:
  0    Done
  1    Failed, in what the server said or because time was up
${EXIT_STATUS_HELP}
`;

/**
 * The help on a command, or on all of them.
 *
 * @param command The command; undefined for all.
 * @returns The text.
 */
export async function helpText(
  command: CommandEntry | undefined,
): Promise<string> {
  return command === undefined ? OVERVIEW : await command.help();
}
