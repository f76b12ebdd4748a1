/**
 * `rollout status`: reports how far rollouts are, until they are over, in
 * `kubectl`'s words: several of them one after the other, in the order of the
 * command line.
 *
 * @module
 */

import type { Target } from "./resources/selection.ts";
import type { CommandContext, CommandModule } from "./_command_module.ts";
import { type Connection, withConnection } from "./_connection.ts";
import { causeText, failureLine } from "./_failures.ts";
import { missingError } from "./resources/missing_object.ts";
import {
  type RolloutArguments,
  rolloutArguments,
} from "./_rollout_arguments.ts";
import { followRollout } from "./_rollout_follower.ts";
import { inputOf, targetsOf } from "./resources/targets.ts";
import { listOnce } from "./_watch_settings.ts";

/** `rollout`, from its arguments on. */
export const ROLLOUT_COMMAND: CommandModule = {
  prepare(given) {
    const args = rolloutArguments(given);
    return (context) => rolloutCommand(args, context);
  },
};

/**
 * Reports how far rollouts are.
 *
 * @param args What the command line asks for.
 * @param context Where that is written, and what ends it.
 * @returns The exit status.
 * @throws A failure that ends the command; the signal's reason.
 */
export async function rolloutCommand(
  args: RolloutArguments,
  context: CommandContext,
): Promise<number> {
  return await withConnection(args.server, context, async (connection) => {
    const input = await inputOf(args.manifests, context);
    const targets = await targetsOf(args, connection, input);
    return await new RolloutCommand(args, connection, context).run(targets);
  });
}

class RolloutCommand {
  readonly #args: RolloutArguments;
  readonly #connection: Connection;
  readonly #context: CommandContext;
  /** The failures so far: the other rollouts are reported all the same. */
  readonly #failures: unknown[] = [];

  constructor(
    args: RolloutArguments,
    connection: Connection,
    context: CommandContext,
  ) {
    this.#args = args;
    this.#connection = connection;
    this.#context = context;
  }

  async run(targets: readonly Target[]): Promise<number> {
    let found = false;
    for (const target of targets) {
      for (const named of await this.#named(target)) {
        found = true;
        await this.#tolerating(() => this.#follow(named));
      }
    }
    const [failure, ...others] = this.#failures;
    if (failure === undefined) return found ? 0 : this.#noneFound(targets);
    if (others.length === 0) throw failure;
    for (const each of this.#failures) {
      this.#context.screen.note(failureLine(each).replace(/^error: /, ""));
    }
    return 1;
  }

  /** One target for each object. */
  async #named(target: Target): Promise<Target[]> {
    if (target.name !== undefined) return [target];
    const { items } = await listOnce(this.#connection.source(target), {
      signal: this.#context.signal,
      onRetry: (error) => this.#retrying(error),
    });
    const { resource } = target;
    return items.map(({ metadata }) => ({
      resource,
      namespace: metadata?.namespace,
      name: metadata?.name,
    }));
  }

  async #follow(target: Target): Promise<void> {
    const { timeoutMs, watch, revision } = this.#args;
    const { screen, signal } = this.#context;
    await followRollout(this.#connection.source(target), {
      signal,
      timeoutMs,
      watch,
      revision,
      check: (objects) => missingError(target, objects),
      onStatus: (message) => void screen.result(message),
      onRetry: (error) => this.#retrying(error),
    });
  }

  async #tolerating(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#context.signal.throwIfAborted();
      this.#failures.push(error);
    }
  }

  #retrying(error: unknown): void {
    const { screen } = this.#context;
    screen.note(
      screen.colors.dim(`watch interrupted: ${causeText(error)}; carrying on`),
    );
  }

  #noneFound([target]: readonly Target[]): number {
    this.#context.screen.note(
      `No resources found in ${target?.namespace} namespace.`,
    );
    return 0;
  }
}
