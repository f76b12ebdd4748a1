/**
 * The help texts.
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
  `Wait for Kubernetes objects and watch them, through broken connections.

Usage:
  watchtools wait  RESOURCE/NAME… --for=CONDITION   Wait for a condition
  watchtools watch RESOURCE[/NAME]                  Print changes as they happen
  watchtools rollout status RESOURCE/NAME…          Show the status of a rollout

Try it without a cluster:
  watchtools wait deployment/web --for=condition=Available --embedded

On a cluster that kubectl is configured for:
  watchtools wait deployment/web --for=condition=Available
  watchtools wait pods -l app=web --for=delete --timeout=2m
  watchtools watch pods -A --live
  watchtools rollout status deployment/web

${SERVER_HELP}

Other options:
  -h, --help             Show help; use "wait --help", "watch --help" or
                         "rollout --help" for the options of a command
      --version          Show the version

${RESOURCES_HELP}

Environment: NO_COLOR disables colors; DEBUG=1 adds stack traces to errors.

Exit status:
  0    Success
  1    Failure: the server returned an error, or the time ran out
${EXIT_STATUS_HELP}
`;

/**
 * The help text of a command, or the overview of all commands.
 *
 * @param command The command; undefined for the overview.
 * @returns The text.
 */
export async function helpText(
  command: CommandEntry | undefined,
): Promise<string> {
  return command === undefined ? OVERVIEW : await command.help();
}
