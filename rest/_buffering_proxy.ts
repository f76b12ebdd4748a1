/**
 * Notices a proxy that holds events back, and writes that to the console once
 * for each host.
 *
 * A kube-apiserver sends the headers of a watch at once, and each event whole
 * and flushed. A proxy that buffers responses by size does neither: nginx with
 * its defaults (`proxy_buffering on`, and HTTP/1.0 to the server) keeps even the
 * headers until 4 KiB have come together, sends multiples of that, and drops the
 * rest when its `proxy_read_timeout` passes. Seen from here, that is:
 *
 * - A stream rests in the middle of a line: a part of an event has arrived, for
 *   seconds nothing else, and then more bytes of the same response. (If none
 *   follow, the connection has died, which says nothing about a proxy.)
 * - A watch gets no response in time, or gets one late that breaks off without a
 *   byte, while the next list of the same resource is answered.
 *
 * What does not count: that events come late by their own timestamps (clocks
 * differ, and an event may be about an old object), or together (a busy server,
 * a blocked event loop, or a slow consumer does that too), or that bookmarks do
 * (not every server sends any).
 *
 * There are no false alarms from this side of the connection. Silence counts
 * only while a read is pending, so a slow consumer is not silence. It is counted
 * in turns of a timer and not by the clock: a program that was blocked or
 * suspended sees one turn, and then the bytes that had arrived meanwhile. On the
 * way, packets may get lost in the middle of an event, so it takes several rests
 * in a row; and something small that arrives by itself, as a bookmark does on a
 * quiet watch, shows that nothing is held back, and starts the count over.
 *
 * The timer runs only while a line is incomplete or something has counted, so
 * that a direct connection has none.
 *
 * @module
 */

import { warn } from "../internal/console.ts";
import { startTimer, type Timer } from "../internal/timer.ts";

/** How often silence is checked. */
const TURN_MS = 1000;

/** How many turns without a byte are a rest. */
const REST_TURNS = 3;

/** A response that takes longer comes late. */
const LATE_RESPONSE_MS = TURN_MS * REST_TURNS;

/** A proxy that collects bytes never sends fewer than this by themselves. */
const SMALL_BYTES = 1024;

/** How often in a row it takes to be sure. */
const SURE = 3;

/** Writes one warning for each host. */
export class BufferingWarnings {
  readonly #report: (message: string) => void;
  readonly #hosts = new Set<string>();

  /**
   * Creates the warnings of a program.
   *
   * @param report Writes a warning.
   */
  constructor(report: (message: string) => void = warn) {
    this.#report = report;
  }

  /**
   * Warns, unless that has been done for the same host.
   *
   * @param url The URL whose responses are held back.
   * @param seen What was seen.
   */
  add(url: string, seen: string): void {
    const { host } = new URL(url);
    if (this.#hosts.has(host)) return;
    this.#hosts.add(host);
    this.#report(
      `A proxy on the way to ${host} holds events back: ${seen}: switch off the buffering of responses there (nginx: proxy_buffering off)`,
    );
  }
}

/** The warnings of this program. */
const bufferingWarnings: BufferingWarnings = new BufferingWarnings();

/** What speaks for a buffering proxy in front of one resource. */
export class BufferingSuspicion {
  readonly #url: string;
  readonly #warnings: BufferingWarnings;
  #rests = 0;
  #unanswered = 0;
  #isLastUnanswered = false;
  #isSure = false;

  /**
   * Creates a suspicion without evidence.
   *
   * @param url The URL of the server.
   * @param warnings Where to report it.
   */
  constructor(url: string, warnings: BufferingWarnings = bufferingWarnings) {
    this.#url = url;
    this.#warnings = warnings;
  }

  /** Whether there is evidence that could turn out to be wrong. */
  get isOpen(): boolean {
    return this.#rests > 0 && !this.#isSure;
  }

  /** Whether more evidence would change nothing. */
  get isSure(): boolean {
    return this.#isSure;
  }

  /**
   * Watches over the body of a watch.
   *
   * @param responseTookMs How long the response took.
   * @returns What has to see each read of the body.
   */
  openBody(responseTookMs: number): BodyPauses {
    const isLate = responseTookMs >= LATE_RESPONSE_MS;
    if (!isLate) this.#answered();
    return new BodyPauses(this, isLate);
  }

  /** A watch got no response in time, or a late one without a byte. */
  unanswered(): void {
    this.#isLastUnanswered = true;
  }

  /** Anything but a watch has been answered. */
  otherAnswered(): void {
    if (!this.#isLastUnanswered) return;
    this.#isLastUnanswered = false;
    if (++this.#unanswered < SURE) return;
    this.#report(
      `${SURE} watches in a row got no response, although the lists between them did`,
    );
  }

  /** A body has rested in the middle of a line, and gone on. */
  rested(): void {
    if (++this.#rests < SURE) return;
    this.#report(
      `${SURE} times in a row, a part of an event came seconds before the rest of it`,
    );
  }

  /** Something small has arrived by itself. */
  cleared(): void {
    this.#rests = 0;
  }

  #answered(): void {
    this.#isLastUnanswered = false;
    this.#unanswered = 0;
  }

  #report(seen: string): void {
    this.#isSure = true;
    this.#warnings.add(this.#url, seen);
  }
}

/** The pauses between the reads of the body of one watch. */
export class BodyPauses {
  readonly #suspicion: BufferingSuspicion;
  /** Whether the response came late, and no byte has followed. */
  #isLate: boolean;
  #timer: Timer | undefined;
  #isReading = false;
  #isInLine = false;
  #turns = 0;
  /** The bytes since the last rest. */
  #bytes = 0;
  #hasRestedInLine = false;

  /**
   * Called by {@linkcode BufferingSuspicion.openBody}.
   *
   * @param suspicion What the pauses count for.
   * @param isLate Whether the response came late.
   */
  constructor(suspicion: BufferingSuspicion, isLate: boolean) {
    this.#suspicion = suspicion;
    this.#isLate = isLate;
  }

  /**
   * A read of the body begins.
   *
   * @param isInLine Whether a part of a line has arrived.
   */
  readStarts(isInLine: boolean): void {
    this.#isReading = true;
    this.#isInLine = isInLine;
    if (this.#timer === undefined && this.#matters()) this.#wait();
  }

  /**
   * A read of the body has ended with bytes.
   *
   * @param bytes How many.
   */
  received(bytes: number): void {
    this.#isReading = false;
    this.#isLate = false;
    this.#turns = 0;
    this.#bytes += bytes;
    if (!this.#hasRestedInLine) return;
    this.#hasRestedInLine = false;
    this.#suspicion.rested();
  }

  /** The body has ended, well or not. */
  ended(): void {
    if (this.#isLate) this.#suspicion.unanswered();
    this.stop();
  }

  /** The body is no longer read. Idempotent. */
  stop(): void {
    this.#timer?.clear();
    this.#timer = undefined;
    this.#isReading = false;
    this.#isLate = false;
  }

  #matters(): boolean {
    if (this.#suspicion.isSure) return false;
    return this.#isInLine || this.#suspicion.isOpen;
  }

  #wait(): void {
    this.#timer = startTimer(() => this.#turn(), TURN_MS);
  }

  #turn(): void {
    this.#timer = undefined;
    // The next read starts the timer again.
    if (!this.#isReading) this.#turns = 0;
    else if (!this.#matters()) return;
    else if (++this.#turns < REST_TURNS) this.#wait();
    else this.#rest();
  }

  #rest(): void {
    this.#turns = 0;
    const bytes = this.#bytes;
    this.#bytes = 0;
    if (this.#isInLine) this.#hasRestedInLine = true;
    else if (bytes > 0 && bytes < SMALL_BYTES) this.#suspicion.cleared();
  }
}
