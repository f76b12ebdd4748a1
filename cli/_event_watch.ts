/**
 * Events as text, from what is there on, or from a version that an earlier run
 * has printed. They are read only as fast as they can be written, so that the
 * version printed at the end is exactly that of the last one: a run that
 * resumes from it does not repeat or miss any. `--cached` is a `CachedWatch`
 * instead.
 *
 * @module
 */

import { isPermanentRefusal } from "../api/_permanent_refusal.ts";
import { RetryWatcher } from "../watch/retry_watcher.ts";
import type { WatchRestart } from "../watch/observer.ts";
import { StatusError } from "../api/status_error.ts";
import { isExpiredOrGone } from "../api/status_predicates.ts";
import type {
  KubernetesObject,
  ListerWatcher,
  WatchEvent,
  WatchOptions,
} from "../api/types.ts";
import type { WatchArguments } from "./_command_line.ts";
import type { Target } from "./resources/selection.ts";
import type { EventPrinter } from "./printers/event_printer.ts";
import {
  causeText,
  failureLine,
  inWords,
  isTemporaryAnswer,
} from "./_failures.ts";
import { UnwatchableError } from "./resources/unwatchable_error.ts";
import { missingError } from "./resources/missing_object.ts";
import type { Screen } from "./terminal/screen.ts";
import { listOnce } from "./_watch_settings.ts";

/** What an event watch works with. */
export interface EventWatchOptions<T extends KubernetesObject> {
  /** What the command line asks for. */
  args: WatchArguments;
  /** What is watched. */
  target: Target;
  /** Makes text of events. */
  printer: EventPrinter<T>;
  /** Where that is written. */
  screen: Screen;
  /** Ends it. */
  signal: AbortSignal;
}

/** Writes events. */
export class EventWatch<T extends KubernetesObject> {
  readonly #args: WatchArguments;
  readonly #target: Target;
  readonly #screen: Screen;
  readonly #printer: EventPrinter<T>;
  readonly #signal: AbortSignal;
  readonly #failed = new AbortController();
  /** Whether the server has ever answered as an API server does. */
  #works = false;
  #opened = false;

  /**
   * Makes no request yet.
   *
   * @param options What it works with.
   */
  constructor(options: EventWatchOptions<T>) {
    const { args, target, printer, screen, signal } = options;
    this.#args = args;
    this.#target = target;
    this.#screen = screen;
    this.#signal = AbortSignal.any([signal, this.#failed.signal]);
    this.#printer = printer;
  }

  /**
   * Writes until it is ended.
   *
   * @param source What is watched.
   * @returns The exit status, where the version has expired.
   * @throws A failure that ends the watch; the signal's reason.
   */
  async run(source: ListerWatcher<T>): Promise<number> {
    return await (this.#args.mode === "events"
      ? this.#runEvents(source)
      : this.#runCached(source));
  }

  async #runEvents(source: ListerWatcher<T>): Promise<number> {
    const version = await this.#begin(source);
    await using watcher = new RetryWatcher(version, this.#noticing(source), {
      signal: this.#signal,
      onRestart: (restart) => this.#restarted(restart),
    });
    let last: WatchEvent<T> | undefined;
    for await (const event of watcher) {
      this.#works = true;
      last = event;
      await this.#print(event);
    }
    return this.#conclude(last, watcher.resourceVersion);
  }

  /** Never returns: there is always a reason why it ended. */
  async #runCached(source: ListerWatcher<T>): Promise<never> {
    const { CachedWatch } = await import("./_cached_watch.ts");
    const { reason, resourceVersion } = await new CachedWatch(source, {
      signal: this.#signal,
      printer: this.#printer,
      whole: this.#args.output.type === "objects",
      onListed: (objects) => this.#listed(objects),
      onRetry: (message) => this.#note(message),
      write: (text) => this.#screen.print(text),
    }).run();
    if (resourceVersion !== undefined) this.#noteVersion(resourceVersion);
    throw reason;
  }

  /** Prints what is there, unless an earlier run has. */
  async #begin(source: ListerWatcher<T>): Promise<string> {
    const { resourceVersion } = this.#args;
    if (resourceVersion !== undefined) return resourceVersion;
    const list = await listOnce(source, {
      signal: this.#signal,
      onRetry: (error) =>
        this.#screen.note(`list failed: ${causeText(error)}; asking again`),
    });
    this.#works = true;
    this.#listed(list.items);
    for (const object of list.items) {
      this.#signal.throwIfAborted();
      await this.#print({ type: "ADDED", object });
    }
    if (list.resourceVersion === "" || list.resourceVersion === "0") {
      throw new UnwatchableError(
        this.#target.resource,
        "the server's list has no resource version to watch from",
      );
    }
    return list.resourceVersion;
  }

  #listed(objects: readonly T[]): void {
    const missing = missingError(this.#target, objects);
    if (missing !== undefined) throw missing;
    if (objects.length === 0) {
      const { plural } = this.#target.resource;
      this.#screen.note(`no ${plural} are there; watching for those to come`);
    }
    this.#printer.prepare(objects);
  }

  /** The same source, which notes when a watch has been opened. */
  #noticing(source: ListerWatcher<T>): ListerWatcher<T> {
    return {
      list: (options) => source.list(options),
      watch: async (options: WatchOptions) => {
        const events = await source.watch(options);
        this.#opened = true;
        return events;
      },
    };
  }

  #restarted({ cause, delayMs, attempt, resourceVersion }: WatchRestart): void {
    if (isPermanentRefusal(cause) || !this.#mayRecover(cause, attempt)) {
      return this.#failed.abort(cause);
    }
    if (cause === undefined) return;
    this.#note(
      `watch interrupted: ${
        causeText(cause)
      }; carrying on from ${resourceVersion} ${inWords(delayMs)}`,
    );
  }

  #note(message: string): void {
    this.#screen.note(this.#screen.colors.dim(message));
  }

  /** A server that has never worked is not retried: the address may be wrong. */
  #mayRecover(cause: unknown, attempt: number): boolean {
    if (this.#works || cause === undefined) return true;
    if (!this.#opened) return isTemporaryAnswer(cause);
    return !(cause instanceof SyntaxError && attempt > 1);
  }

  async #print(event: WatchEvent<T>): Promise<void> {
    await this.#screen.print(this.#printer.text(event));
  }

  #conclude(last: WatchEvent<T> | undefined, resourceVersion: string): number {
    const error = last?.type === "ERROR"
      ? new StatusError(last.object)
      : undefined;
    if (isExpiredOrGone(error)) {
      this.#screen.note(
        `${failureLine(error)}: ${
          this.#args.resourceVersion === undefined
            ? "run it again"
            : "leave out --resource-version"
        } to begin with what is there now`,
      );
      return 1;
    }
    this.#noteVersion(resourceVersion);
    if (error !== undefined) throw error;
    throw this.#signal.reason;
  }

  #noteVersion(resourceVersion: string): void {
    // After a line that could not be written, the last one is not known.
    if (this.#screen.broken) return;
    this.#screen.note(`resume with --resource-version ${resourceVersion}`);
  }
}
