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
 * - Two bookmarks arrive together after a silence. A kube-apiserver sends one
 *   about once a minute, and one two seconds before the end of a watch. A proxy
 *   that compresses without flushing (nginx with `gzip on`, Caddy with `encode`)
 *   keeps all of them until the watch ends.
 * - A watch gets no response in time, or gets one late that breaks off without a
 *   byte, while the next list of the same resource is answered.
 *
 * What does not count: that events come late by their own timestamps (clocks
 * differ, and an event may be about an old object), or together (a busy server
 * does that too), or that no bookmarks come (not every server sends any).
 *
 * There are no false alarms from this side of the connection. Silence counts
 * only while a read is pending, so a slow consumer is not silence. In the middle
 * of a line it is counted in turns of a timer and not by the clock: a program that
 * was blocked sees one turn, and then the bytes that had arrived meanwhile. On the
 * way, packets may get lost in the middle of an event, and a computer that was
 * suspended finds several bookmarks, so it takes three sightings in a row; and
 * something small that arrives by itself, as a bookmark does on a quiet watch,
 * shows that nothing is held back, and starts the count over. On a busy watch,
 * many reads in a row show it that end where a line does: a buffer that is full
 * hardly ever ends there.
 *
 * The timer runs only while a line is incomplete or something has been sighted,
 * so that a direct connection has none.
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

/** How long it has been silent before bookmarks that could have been sent. */
const LONG_SILENCE_MS = 30_000;

/** Bookmarks that are sent one by one are further apart than this. */
const TOGETHER_MS = TURN_MS / 2;

/** How often in a row it takes to be sure. */
const SURE = 3;

/** So many reads in a row do not end with a line by chance. */
const WHOLE_READS = 16;

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
      `A proxy on the way to ${host} seems to hold events back: ${seen}: switch off buffering and compression for watches there (nginx: proxy_buffering off)`,
    );
  }
}

/** The warnings of this program. */
const bufferingWarnings: BufferingWarnings = new BufferingWarnings();

/** What speaks for a buffering proxy in front of one resource. */
export class BufferingSuspicion {
  readonly #url: string;
  readonly #warnings: BufferingWarnings;
  #sightings = 0;
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
    return this.#sightings > 0 && !this.#isSure;
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
    this.#sighted("a part of an event came seconds before the rest of it");
  }

  /** Bookmarks have arrived together after a silence. */
  bookmarksTogether(): void {
    this.#sighted("bookmarks that are sent a minute apart came together");
  }

  /** Something has arrived that a proxy would have held back. */
  cleared(): void {
    this.#sightings = 0;
  }

  #sighted(what: string): void {
    if (++this.#sightings < SURE) return;
    this.#report(`${SURE} times in a row, ${what}`);
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
  /** Whether bytes have come since the last read began. */
  #hasReceived = false;
  /** How many reads in a row have ended with a line. */
  #wholeReads = 0;
  #readingSince = 0;
  /** When bytes came after a long silence, and the bookmarks in them. */
  #soundAt = -Infinity;
  #bookmarks = 0;

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
    this.#readingSince = Date.now();
    this.#countWholeRead();
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
    this.#hasReceived = true;
    this.#turns = 0;
    this.#bytes += bytes;
    const now = Date.now();
    if (now - this.#readingSince >= LONG_SILENCE_MS) {
      this.#soundAt = now;
      this.#bookmarks = 0;
    }
    if (!this.#hasRestedInLine) return;
    this.#hasRestedInLine = false;
    this.#suspicion.rested();
  }

  /** A bookmark has been decoded from the bytes that were received last. */
  bookmark(): void {
    if (Date.now() - this.#soundAt > TOGETHER_MS) return;
    if (++this.#bookmarks === 2) this.#suspicion.bookmarksTogether();
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

  #countWholeRead(): void {
    if (this.#isInLine) this.#wholeReads = 0;
    else if (this.#hasReceived && ++this.#wholeReads === WHOLE_READS) {
      this.#wholeReads = 0;
      this.#suspicion.cleared();
    }
    this.#hasReceived = false;
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
    if (this.#isInLine) {
      this.#hasRestedInLine = true;
      return;
    }
    const bookmarks = this.#bookmarks;
    this.#bookmarks = 0;
    if (bytes === 0 || bytes >= SMALL_BYTES || bookmarks > 1) return;
    this.#suspicion.cleared();
  }
}
