/**
 * All commands and their options. The module that implements a command is
 * loaded only when the command runs, to keep startup fast.
 *
 * A command with subcommands is a single entry: its first positional argument
 * is the subcommand.
 *
 * @module
 */

import type { CommandEntry } from "./_command_module.ts";
import type { Options } from "./_tokens.ts";

const HELP: Options = {
  "help": { type: "boolean", short: "h" },
};

/** The options that select a server and a user. */
export const SERVER_OPTIONS: Options = {
  "kubeconfig": { type: "string", ignoreEmpty: true },
  "context": { type: "string", ignoreEmpty: true },
  "cluster": { type: "string", ignoreEmpty: true },
  "user": { type: "string", ignoreEmpty: true },
  "server": { type: "string", short: "s" },
  "token": { type: "string" },
  "token-file": { type: "string" },
  "username": { type: "string" },
  "password": { type: "string" },
  "certificate-authority": { type: "string" },
  "client-certificate": { type: "string" },
  "client-key": { type: "string" },
  "insecure-skip-tls-verify": { type: "boolean" },
  "tls-server-name": { type: "string" },
  "as": { type: "string" },
  "as-group": { type: "string" },
  "as-uid": { type: "string" },
  "as-user-extra": { type: "string" },
  "request-timeout": { type: "string" },
  "embedded": { type: "boolean" },
};

/** The options that select objects. */
export const SELECTION_OPTIONS: Options = {
  "namespace": { type: "string", short: "n", ignoreEmpty: true },
  "all-namespaces": { type: "boolean", short: "A" },
  "selector": { type: "string", short: "l" },
};

/** The options for manifests that identify objects. */
const MANIFEST_OPTIONS: Options = {
  "filename": { type: "string", short: "f" },
  "recursive": { type: "boolean", short: "R" },
  "kustomize": { type: "string", short: "k" },
};

/** The options for printing objects. */
const OBJECT_OUTPUT_OPTIONS: Options = {
  "output": { type: "string", short: "o" },
  "template": { type: "string" },
  "allow-missing-template-keys": { type: "boolean" },
  "show-managed-fields": { type: "boolean" },
};

const COMMON: Options = { ...HELP, ...SERVER_OPTIONS, ...SELECTION_OPTIONS };

const WAIT: CommandEntry = {
  name: "wait",
  options: {
    ...COMMON,
    "all": { type: "boolean" },
    "field-selector": { type: "string" },
    ...MANIFEST_OPTIONS,
    "for": { type: "string" },
    "accept-stale-status": { type: "boolean" },
    "timeout": { type: "string" },
    ...OBJECT_OUTPUT_OPTIONS,
  },
  load: async () => (await import("./wait_command.ts")).WAIT_COMMAND,
  help: async () => (await import("./_wait_help.ts")).WAIT_HELP,
};

const WATCH: CommandEntry = {
  name: "watch",
  options: {
    ...COMMON,
    "cached": { type: "boolean" },
    "field-selector": { type: "string" },
    "label-columns": { type: "string", short: "L" },
    "live": { type: "boolean" },
    "no-headers": { type: "boolean" },
    "output-watch-events": { type: "boolean" },
    "resource-version": { type: "string" },
    "show-labels": { type: "boolean" },
    ...OBJECT_OUTPUT_OPTIONS,
  },
  load: async () => (await import("./watch_command.ts")).WATCH_COMMAND,
  help: async () => (await import("./_watch_help.ts")).WATCH_HELP,
};

const { "all-namespaces": _, ...SINGLE_NAMESPACE } = COMMON;

const ROLLOUT: CommandEntry = {
  name: "rollout",
  options: {
    ...SINGLE_NAMESPACE,
    ...MANIFEST_OPTIONS,
    "revision": { type: "string" },
    "timeout": { type: "string" },
    "watch": { type: "boolean", short: "w" },
  },
  load: async () => (await import("./rollout_command.ts")).ROLLOUT_COMMAND,
  help: async () => (await import("./_rollout_help.ts")).ROLLOUT_HELP,
};

/** All commands, in the order in which help and messages list them. */
export const COMMANDS: readonly CommandEntry[] = [WAIT, WATCH, ROLLOUT];

/** The options that are valid without a command. */
export const PROGRAM_OPTIONS: Options = {
  ...HELP,
  "version": { type: "boolean" },
};

/** The options of all commands, to find the command among them. */
export const ALL_OPTIONS: Options = Object.assign(
  {},
  ...COMMANDS.map(({ options }) => options),
  PROGRAM_OPTIONS,
);

/**
 * Finds a command by name.
 *
 * @param name The name.
 * @returns The command; undefined if it does not exist.
 */
export function findCommand(name: string): CommandEntry | undefined {
  return COMMANDS.find((command) => command.name === name);
}
