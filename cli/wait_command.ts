/**
 * `wait`: until objects are as they should be, as `kubectl wait`, but for all
 * of them at once: a line of the result is written when its object is ready,
 * whatever the order on the command line.
 *
 * @module
 */

import { errorText } from "../internal/error_text.ts";
import { contextWithOptionalTimeout } from "../watch/context_with_optional_timeout.ts";
import type { KubernetesObject, ListerWatcher } from "../api/types.ts";
import { shortDuration } from "./printers/age.ts";
import { withoutManagedFields } from "./_startup_source.ts";
import type { WaitArguments } from "./_command_line.ts";
import type { Target } from "./resources/selection.ts";
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
import { itemLine, WaitBoard, type WaitItem } from "./_wait_progress.ts";
import { type WaitConditions, waitConditions } from "./_wait_condition.ts";
import { groupTargets, type WaitGroup } from "./_wait_groups.ts";
import { Waiter, type WaiterOptions, type WaitObserver } from "./_waiter.ts";

/** `wait`, from its arguments on. */
export const WAIT_COMMAND: CommandModule = {
  async prepare(given) {
    const args = waitArguments(given);
    const conditions = await waitConditions(args.goals);
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
  const { screen, signal } = context;
  // The time begins once it can be known what is waited for.
  const input = await inputOf(args.manifests, context);
  using limited = contextWithOptionalTimeout(signal, args.timeoutMs);
  const limits = { screen, signal: limited.signal };
  return await withConnection(args.server, limits, async (connection) => {
    const targets = await targetsOf(args, connection, input)
      .catch((error) => {
        throw limited.signal.aborted ? tooLate(connection) : error;
      });
    const groups = groupTargets(targets);
    const board = new WaitBoard(groups, args.timeoutMs);
    const wait = new Wait({ args, conditions, printer, screen, board });
    return await wait.run(groups, connection, {
      interrupted: signal,
      over: limited.signal,
    });
  });
}

/** Until then, only a server that was asked what it has may have hung. */
function tooLate({ place }: Connection): Error {
  return new Error(
    `timed out before ${place.server} had said what resources it has: check that it is well, or give more time in --timeout`,
  );
}

interface WaitOptions {
  readonly args: WaitArguments;
  readonly conditions: WaitConditions;
  readonly printer: ObjectPrinter;
  readonly screen: Screen;
  readonly board: WaitBoard;
}

interface WaitSignals {
  /** The command is interrupted. */
  readonly interrupted: AbortSignal;
  /** It is, or the time is up. */
  readonly over: AbortSignal;
}

class Wait implements WaitObserver {
  readonly #options: WaitOptions;
  readonly #board: WaitBoard;
  readonly #screen: Screen;
  readonly #created = new AbortController();
  readonly #waiters: Waiter[] = [];
  #pods: LazyPodWatch | undefined;
  #status = 0;

  constructor(options: WaitOptions) {
    this.#options = options;
    this.#board = options.board;
    this.#screen = options.screen;
  }

  async run(
    groups: readonly WaitGroup[],
    connection: Connection,
    { interrupted, over }: WaitSignals,
  ): Promise<number> {
    this.#screen.show(() => this.#board.status());
    const source = (target: Target) => connection.source(target);
    await using pods = new LazyPodWatch({
      source,
      changed: () => this.#explain(),
    });
    if (this.#mayHavePods()) this.#pods = pods;
    try {
      await this.#waitForAll(groups, over, source);
    } catch (error) {
      // Of an aborted wait, what it ran into last is no reason of its own.
      if (!over.aborted) throw error;
    } finally {
      this.#screen.hide();
    }
    if (interrupted.aborted) this.#interrupted(interrupted.reason);
    return this.#conclude(over.aborted);
  }

  found(group: WaitGroup, items: readonly WaitItem[]): void {
    this.#board.add(group, items);
    const isThere = items.length > 0 &&
      items.every(({ why }) => why === undefined);
    if (group.names === undefined && isThere) this.#created.abort();
  }

  split(group: WaitGroup, parts: readonly WaitGroup[]): void {
    this.#board.split(group, parts);
  }

  updated(): void {
    if (this.#board.unheard.length === 0) this.#screen.changed();
  }

  met({ label }: WaitItem, object: KubernetesObject = {}): void {
    try {
      void this.#screen.print(this.#options.printer.print(label, object));
    } catch (error) {
      this.#fail(`cannot print ${label}: ${oneLine(errorText(error))}`);
    }
  }

  settled(item: WaitItem): void {
    this.#board.met(item);
  }

  failed(item: WaitItem, error: unknown): void {
    this.#board.failed(item);
    this.#fail(`${item.label}: ${oneLine(errorText(error))}`);
  }

  withdrawn(item: WaitItem): void {
    this.#board.withdraw(item);
  }

  missing(message: string): void {
    if (this.#options.conditions.wantsAbsence) {
      return this.#screen.note(`${message}: there is nothing to wait for`);
    }
    this.#status = 1;
    this.#screen.note(`Error from server (NotFound): ${message}`);
  }

  retrying(cause: unknown): void {
    this.#board.retried(cause);
    this.#screen.aside(`watch interrupted: ${causeText(cause)}; carrying on`);
  }

  /** Whether pods may tell why an object is not as it should be. */
  #mayHavePods(): boolean {
    const { args, conditions } = this.#options;
    return args.timeoutMs > 0 && !conditions.wantsAbsence;
  }

  /** The pods have changed. */
  #explain(): void {
    for (const waiter of this.#waiters) waiter.explain();
    this.updated();
  }

  /** Runs one wait a group, and those that they lead to; one fails, all do. */
  async #waitForAll(
    groups: readonly WaitGroup[],
    parent: AbortSignal,
    source: (target: Target) => ListerWatcher,
  ): Promise<void> {
    const { args, conditions, printer } = this.#options;
    const failed = new AbortController();
    const running: Promise<void>[] = [];
    const start = (waiter: Waiter) => {
      this.#waiters.push(waiter);
      running.push(waiter.run().catch((error) => failed.abort(error)));
    };
    const options: WaiterOptions = {
      conditions,
      once: args.timeoutMs === 0,
      created: this.#created.signal,
      signal: AbortSignal.any([parent, failed.signal]),
      source,
      transform: printer.needsObject && args.showManagedFields
        ? (object) => object
        : withoutManagedFields,
      more: (object) => this.#pods?.troubleOf(object),
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
      this.#screen.note(`interrupted: ${this.#board.status().text}`);
    }
    throw reason;
  }

  #conclude(timedOut: boolean): number {
    const { unmet, unheard, size, lastCause, retries, elapsedMs } = this.#board;
    if (lastCause !== undefined) {
      this.#screen.note(
        `took ${shortDuration(elapsedMs)}, through ${
          counted(retries, "restart")
        } of the watch, the last one after: ${causeText(lastCause)}`,
      );
    }
    const late = timedOut ? unheard.flatMap(addressesOf) : [];
    const alone = unmet.length + late.length === 1;
    for (const item of unmet) {
      this.#screen.recap(itemLine(item));
      this.#unmet(item.address, timedOut, alone);
    }
    // The time was up before the server had said what there is.
    if (late.length > 0) this.#screen.recap(this.#board.status().text);
    for (const address of late) this.#unmet(address, timedOut, alone);
    if (size > 0 || this.#status !== 0) return this.#status;
    return this.#options.conditions.wantsAbsence
      ? 0
      : this.#fail("no matching resources found");
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
