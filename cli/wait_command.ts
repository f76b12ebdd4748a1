/**
 * `wait`: until objects are as they should be, as `kubectl wait`, but for all
 * of them at once: a line of the result is written when its object is ready,
 * whatever the order on the command line.
 *
 * @module
 */

import { contextWithOptionalTimeout } from "../watch/context_with_optional_timeout.ts";
import { shortDuration } from "./_age.ts";
import type { Target, WaitArguments } from "./_command.ts";
import type { CommandContext, CommandModule } from "./_commands.ts";
import { connect } from "./_connection.ts";
import { causeText } from "./_failures.ts";
import { Interruption } from "./_io.ts";
import type { Screen } from "./_screen.ts";
import { counted } from "./_text.ts";
import { waitArguments } from "./_wait_arguments.ts";
import { itemLine, WaitBoard, type WaitItem } from "./_wait_board.ts";
import { waitCondition } from "./_wait_condition.ts";
import { Waiter, type WaiterOptions, type WaitObserver } from "./_waiter.ts";

/** `wait`, from its arguments on. */
export const WAIT_COMMAND: CommandModule = {
  prepare(given) {
    const args = waitArguments(given);
    return (context) => waitCommand(args, context);
  },
};

/**
 * Waits.
 *
 * @param args What the command line asks for.
 * @param context Where it is told, and what ends it.
 * @returns The exit status.
 * @throws What waiting cannot mend; the signal's reason.
 */
export async function waitCommand(
  args: WaitArguments,
  { screen, signal }: CommandContext,
): Promise<number> {
  return await new WaitCommand(args, screen).run(signal);
}

class WaitCommand implements WaitObserver {
  readonly #args: WaitArguments;
  readonly #screen: Screen;
  readonly #board: WaitBoard;
  readonly #condition: ReturnType<typeof waitCondition>;
  #status = 0;

  constructor(args: WaitArguments, screen: Screen) {
    this.#args = args;
    this.#screen = screen;
    this.#condition = waitCondition(args.goal);
    this.#board = new WaitBoard(args.targets, args.timeoutMs);
  }

  async run(signal: AbortSignal): Promise<number> {
    const { targets, server, timeoutMs } = this.#args;
    const [first] = targets;
    if (first === undefined) return 0;
    await using connection = await connect(server, first);
    if (connection.notice) this.#screen.note(connection.notice);
    using context = contextWithOptionalTimeout(signal, timeoutMs);
    this.#screen.show(() => this.#board.status());
    try {
      await this.#waitForAll(
        context.signal,
        (target) => connection.source(target),
      );
    } catch (error) {
      // Of an aborted wait, what it ran into last is no reason of its own.
      if (!context.signal.aborted) throw error;
    } finally {
      this.#screen.hide();
    }
    if (signal.aborted) this.#interrupted(signal.reason);
    return this.#conclude(context.signal.aborted);
  }

  found(target: Target, items: readonly WaitItem[]): void {
    this.#board.add(target, items);
  }

  updated(): void {
    if (this.#board.unheard.length === 0) this.#screen.changed();
  }

  met(item: WaitItem): void {
    this.#board.met(item);
    void this.#screen.result(`${item.label} condition met`);
  }

  missing(message: string): void {
    if (this.#condition.wantsAbsence) {
      return this.#screen.note(`${message}: there is nothing to wait for`);
    }
    this.#status = 1;
    this.#screen.note(`Error from server (NotFound): ${message}`);
  }

  retrying(cause: unknown): void {
    this.#board.retried(cause);
    this.#screen.aside(`watch interrupted: ${causeText(cause)}; carrying on`);
  }

  /** Runs one wait a target, and those that they lead to; one fails, all do. */
  async #waitForAll(
    parent: AbortSignal,
    source: WaiterOptions["source"],
  ): Promise<void> {
    const failed = new AbortController();
    const running: Promise<void>[] = [];
    const start = (waiter: Waiter) => {
      running.push(waiter.run().catch((error) => failed.abort(error)));
    };
    const options: WaiterOptions = {
      condition: this.#condition,
      once: this.#args.timeoutMs === 0,
      signal: AbortSignal.any([parent, failed.signal]),
      source,
      observer: this,
      also: start,
    };
    for (const target of this.#args.targets) start(new Waiter(target, options));
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
    const late = timedOut ? unheard.map(addressOf) : [];
    const alone = unmet.length + late.length === 1;
    for (const item of unmet) {
      this.#screen.recap(itemLine(item));
      this.#unmet(item.address, timedOut, alone);
    }
    // The time was up before the server had said what there is.
    if (late.length > 0) this.#screen.recap(this.#board.status().text);
    for (const address of late) this.#unmet(address, timedOut, alone);
    if (size > 0 || this.#status !== 0) return this.#status;
    return this.#condition.wantsAbsence
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

function addressOf({ resource, name }: Target): string {
  return name === undefined ? resource.plural : `${resource.plural}/${name}`;
}
