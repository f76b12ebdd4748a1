/**
 * `wait`: until objects meet conditions, as `kubectl wait`, but for all of them
 * at once: a line of the result is written when its object meets them, not in
 * the order of the command line.
 *
 * @module
 */

import { askWithoutManagedFields } from "../api/_managed_fields_option.ts";
import { errorText } from "../internal/error_text.ts";
import { contextWithOptionalTimeout } from "../watch/context_with_optional_timeout.ts";
import type { KubernetesObject } from "../api/types.ts";
import { shortDuration } from "./printers/age.ts";
import { withoutManagedFields } from "./_watch_settings.ts";
import type { WaitArguments } from "./_command_line.ts";
import type { CommandContext, CommandModule } from "./_command_module.ts";
import { type Connection, withConnection } from "./_connection.ts";
import { causeText } from "./_failures.ts";
import { Interruption } from "./terminal/io.ts";
import { LazyPodWatch } from "./_lazy_pod_watch.ts";
import {
  type ObjectPrinter,
  objectPrinter,
} from "./printers/object_printer.ts";
import type { Screen } from "./terminal/screen.ts";
import { inputOf, targetsOf } from "./resources/targets.ts";
import { counted, oneLine } from "./terminal/text.ts";
import { waitArguments } from "./_wait_arguments.ts";
import {
  itemLine,
  type WaitItem,
  WaitProgressDisplay,
} from "./_wait_progress.ts";
import { type WaitConditions, waitConditions } from "./_wait_condition.ts";
import { groupTargets, type WaitGroup } from "./_wait_groups.ts";
import { Waiter, type WaiterOptions, type WaitObserver } from "./_waiter.ts";

/** `wait`, from its arguments on. */
export const WAIT_COMMAND: CommandModule = {
  async prepare(given) {
    const args = waitArguments(given);
    const conditions = await waitConditions(args.goals, args);
    const printer = await objectPrinter(args.output, "condition met");
    return (context) => waitCommand(args, conditions, printer, context);
  },
};

async function waitCommand(
  args: WaitArguments,
  conditions: WaitConditions,
  printer: ObjectPrinter,
  context: CommandContext,
): Promise<number> {
  const { screen, signal: interrupted } = context;
  // The time begins once it can be known what is waited for.
  const input = await inputOf(args.manifests, context);
  using limited = contextWithOptionalTimeout(interrupted, args.timeoutMs);
  const { signal: over } = limited;
  const limits = { screen, signal: over };
  return await withConnection(args.server, limits, async (connection) => {
    const targets = await targetsOf(args, connection, input)
      .catch((error) => {
        throw over.aborted ? tooLate(connection) : error;
      });
    const groups = groupTargets(targets);
    return await new Wait({
      args,
      conditions,
      printer,
      screen,
      progress: new WaitProgressDisplay(groups, {
        timeoutMs: args.timeoutMs,
        unanswered: () => unansweredText(connection),
      }),
      source: (target) => connection.source(target),
      over,
    }).run(groups, interrupted);
  });
}

/**
 * Until then, only a server that was asked for its resources, or what gives the
 * credential for that, may have hung.
 */
function tooLate(connection: Connection): Error {
  const { awaitsCredential, place } = connection;
  return new Error(
    awaitsCredential
      ? `timed out ${
        unansweredText(connection)
      }: see what it waits for, or give more time in --timeout`
      : `timed out before ${place.server} had said what resources it has: check the server, or give more time in --timeout`,
  );
}

function unansweredText({ awaitsCredential, place }: Connection): string {
  return awaitsCredential
    ? `waiting for ${place.credential ?? "the credential"}`
    : "the server has not answered yet";
}

interface WaitOptions {
  readonly args: WaitArguments;
  readonly conditions: WaitConditions;
  readonly printer: ObjectPrinter;
  readonly screen: Screen;
  readonly progress: WaitProgressDisplay;
  readonly source: WaiterOptions["source"];
  /** Aborted when the command is interrupted, or the time is up. */
  readonly over: AbortSignal;
}

class Wait implements WaitObserver {
  readonly #options: WaitOptions;
  readonly #progress: WaitProgressDisplay;
  readonly #screen: Screen;
  readonly #waiters: Waiter[] = [];
  #dropped = 0;
  #status = 0;

  constructor(options: WaitOptions) {
    this.#options = options;
    this.#progress = options.progress;
    this.#screen = options.screen;
  }

  async run(
    groups: readonly WaitGroup[],
    interrupted: AbortSignal,
  ): Promise<number> {
    const { over } = this.#options;
    this.#screen.show(() => this.#progress.status());
    try {
      await this.#waitForAll(groups);
    } catch (error) {
      // Of an aborted wait, the last failure underneath is not the reason.
      if (!over.aborted) throw error;
    } finally {
      this.#screen.hide();
    }
    if (interrupted.aborted) this.#interrupted(interrupted.reason);
    return this.#conclude(over.aborted);
  }

  updated(): void {
    if (this.#progress.unanswered.length === 0) this.#screen.changed();
  }

  met({ label }: WaitItem, object: KubernetesObject = {}): void {
    try {
      void this.#screen.print(this.#options.printer.print(label, object));
    } catch (error) {
      this.#fail(`cannot print ${label}: ${oneLine(errorText(error))}`);
    }
  }

  failed({ label }: WaitItem, error: unknown): void {
    this.#fail(`${label}: ${oneLine(errorText(error))}`);
  }

  dropped({ label }: WaitItem): void {
    this.#dropped++;
    this.#screen.note(`${label} was deleted: not waiting for it any longer`);
  }

  missing(message: string): void {
    if (this.#options.conditions.wantsAbsence) {
      return this.#screen.note(`${message}: there is nothing to wait for`);
    }
    this.#status = 1;
    this.#screen.note(`Error from server (NotFound): ${message}`);
  }

  retrying(cause: unknown): void {
    this.#progress.retried(cause);
    this.#screen.aside(`watch interrupted: ${causeText(cause)}; carrying on`);
  }

  /** Runs a wait for each group, and those that they lead to; one fails, all do. */
  async #waitForAll(groups: readonly WaitGroup[]): Promise<void> {
    const { args, conditions, printer, progress, source, over } = this.#options;
    await using pods = new LazyPodWatch({
      source,
      thorough: conditions.dependsOnPods,
      changed: () => {
        for (const waiter of this.#waiters) waiter.explain();
        this.updated();
      },
    });
    const once = args.timeoutMs === 0;
    const failed = new AbortController();
    const running: Promise<void>[] = [];
    const start = (waiter: Waiter) => {
      this.#waiters.push(waiter);
      running.push(waiter.run().catch((error) => failed.abort(error)));
    };
    const keepsManagedFields = printer.needsObject && args.showManagedFields;
    const options: WaiterOptions = {
      conditions,
      once,
      created: new AbortController(),
      signal: AbortSignal.any([over, failed.signal]),
      source: keepsManagedFields
        ? source
        : (target) => askWithoutManagedFields(source(target)),
      transform: keepsManagedFields ? (object) => object : withoutManagedFields,
      // Of objects that are to be gone, pods explain nothing.
      more: once || conditions.wantsAbsence
        ? () => undefined
        : (object) => pods.troubleOf(object),
      progress,
      observer: this,
      also: start,
    };
    for (const group of groups) start(new Waiter(group, options));
    // Grows while it is walked.
    for (const wait of running) await wait;
    failed.signal.throwIfAborted();
  }

  #interrupted(reason: unknown): never {
    if (reason instanceof Interruption) {
      this.#screen.note(`interrupted: ${this.#progress.status().text}`);
    }
    throw reason;
  }

  #conclude(timedOut: boolean): number {
    const { unmet, unanswered, size, lastCause, retries, elapsedMs } =
      this.#progress;
    if (lastCause !== undefined) {
      this.#screen.note(
        `took ${shortDuration(elapsedMs)}, through ${
          counted(retries, "restart")
        } of the watch, the last one after: ${causeText(lastCause)}`,
      );
    }
    const late = timedOut ? unanswered.flatMap(addressesOf) : [];
    const alone = unmet.length + late.length === 1;
    for (const item of unmet) {
      this.#screen.recap(itemLine(item));
      this.#unmet(item.address, timedOut, alone);
    }
    // The time was up before the server had said what there is.
    if (late.length > 0) this.#screen.recap(this.#progress.status().text);
    for (const address of late) this.#unmet(address, timedOut, alone);
    if (size > 0 || this.#status !== 0) return this.#status;
    if (this.#options.conditions.wantsAbsence) return 0;
    return this.#fail(
      this.#dropped === 0
        ? "no matching resources found"
        : "no resources left to wait for: all of them were deleted",
    );
  }

  /** As kubectl says it: "error:" stands only before a failure that is alone. */
  #unmet(address: string, timedOut: boolean, alone: boolean): void {
    const message = timedOut
      ? `timed out waiting for the condition on ${address}`
      : `condition not met for ${address}`;
    if (alone) {
      this.#fail(message);
      return;
    }
    this.#screen.note(message);
    this.#status = 1;
  }

  #fail(message: string): number {
    const { red } = this.#screen.colors;
    this.#screen.note(`${red("error:")} ${message}`);
    return this.#status = 1;
  }
}

function addressesOf({ target, names }: WaitGroup): string[] {
  const { plural } = target.resource;
  return names?.map((name) => `${plural}/${name}`) ?? [plural];
}
