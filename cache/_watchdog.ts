/**
 * Detects a watch whose connection has died without a FIN or a reset.
 *
 * Two limits apply. The deadline lies past the timeout after which the server
 * was asked to end the watch, so that a healthy watch never reaches it. The
 * idle timeout limits the time between two events or bookmarks.
 *
 * Both speak against the connection only while a read is pending: a consumer
 * that does not read looks, from here, like a server that does not send.
 *
 * @module
 */

import { ConnectionError } from "../api/connection_error.ts";
import { startTimer, type Timer } from "../internal/timer.ts";

/** The limits of a watch, and who is called when one is exceeded. */
export interface WatchdogOptions {
  /**
   * Milliseconds from now that the watch may stay open; `Infinity` for no
   * limit.
   */
  deadlineMs: number;
  /**
   * Milliseconds without an event or bookmark while a read is pending;
   * undefined for no limit.
   */
  idleTimeoutMs: number | undefined;
  /** Whether a read is pending. One always is, if this is left out. */
  isReadPending?: (() => boolean) | undefined;
  /**
   * Called when a limit is exceeded while a read is pending. Both timers may
   * still run: call {@linkcode Watchdog.stop}.
   */
  onDead: (error: ConnectionError) => void;
  /** Called when the deadline passes while no read is pending. */
  onDeadlineUnread?: (() => void) | undefined;
}

/** Watches over one connection, from construction until it is stopped. */
export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #deadline: Timer;
  #idleTimeoutMs: number | undefined;
  #idle: Timer | undefined;
  #idleSince = 0;

  /**
   * Starts the deadline, and counting idle time if a read is pending.
   *
   * @param options The limits, and what to call.
   */
  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#idleTimeoutMs = options.idleTimeoutMs;
    this.#deadline = startTimer(
      () => this.#deadlinePassed(),
      options.deadlineMs,
    );
    if (this.#isReadPending()) this.readStarted();
  }

  /** A read has become pending: idle time counts from now on. */
  readStarted(): void {
    if (this.#idleTimeoutMs === undefined) return;
    this.#idleSince = Date.now();
    this.#idle ??= this.#startIdleTimer(
      this.#idleTimeoutMs,
      this.#idleTimeoutMs,
    );
  }

  /** An event or bookmark has arrived: idle time starts over. */
  received(): void {
    // Without a timer, the next read sets the time.
    if (this.#idle !== undefined) this.#idleSince = Date.now();
  }

  /**
   * Replaces the idle timeout; idle time starts over.
   *
   * @param idleTimeoutMs The new limit; undefined for none.
   */
  setIdleTimeout(idleTimeoutMs: number | undefined): void {
    this.#idle?.clear();
    this.#idle = undefined;
    this.#idleTimeoutMs = idleTimeoutMs;
    if (this.#isReadPending()) this.readStarted();
  }

  /** Clears both timers: nothing is called any more. */
  stop(): void {
    this.#deadline.clear();
    this.#idle?.clear();
  }

  #isReadPending(): boolean {
    return this.#options.isReadPending?.() ?? true;
  }

  #deadlinePassed(): void {
    if (!this.#isReadPending()) return this.#options.onDeadlineUnread?.();
    const { deadlineMs } = this.#options;
    this.#dead(`was still open ${deadlineMs} ms after its start`);
  }

  /**
   * Looks at the clock when the limit could have been reached and waits for
   * what is left, so that an event costs no timer.
   */
  #startIdleTimer(idleTimeoutMs: number, waitMs: number): Timer {
    return startTimer(() => {
      this.#idle = undefined;
      if (!this.#isReadPending()) return;
      const now = Date.now();
      // If the clock was set back, idle time starts over instead of lasting
      // until the clock has caught up.
      this.#idleSince = Math.min(this.#idleSince, now);
      const idleMs = now - this.#idleSince;
      if (idleMs < idleTimeoutMs) {
        this.#idle = this.#startIdleTimer(
          idleTimeoutMs,
          idleTimeoutMs - idleMs,
        );
        return;
      }
      this.#dead(`delivered no event or bookmark for ${idleTimeoutMs} ms`);
    }, waitMs);
  }

  #dead(what: string): void {
    this.#options.onDead(
      new ConnectionError(
        `The watch ${what}: its connection is presumed dead`,
      ),
    );
  }
}
