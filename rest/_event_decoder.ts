/**
 * The body of a watch response as a stream of events.
 *
 * Bytes go into one `LineBuffer`, and each pull parses one line of it: nothing
 * is parsed that nobody has asked for, so that whatever comes after (a bad
 * line, a cut, a broken connection) can only be found when all events before it
 * have been delivered, and `controller.error()` has nothing to throw away. Where the body has BYOB readers the runtime writes
 * into that buffer itself; elsewhere a chunk is copied into it once. An event
 * that is in the buffer costs no promise.
 *
 * A line that is no event is never skipped: what it should have told would be
 * missing for ever.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";
import { cancelQuietly } from "../internal/abort.ts";
import { clip } from "../internal/error_text.ts";
import { LineBuffer } from "./_line_buffer.ts";
import { pullStream } from "../internal/pull_stream.ts";
import type { Redactor } from "../internal/redactor.ts";
import { Utf8Decoder } from "./_utf8_decoder.ts";
import type { KubernetesObject, WatchEvent } from "../api/types.ts";

/** What a decoder needs besides the body. */
export interface DecodeOptions {
  /** Errors the stream with its reason. */
  signal: AbortSignal;
  /** Takes credentials out of what errors will show. */
  redactor: Redactor;
  /** Called once, when nothing more is wanted of the body. */
  onEnd: () => void;
}

/** How much of a bad line an error shows, in characters. */
const SHOWN_CHARACTERS = 80;

/** How much of a bad line is searched for credentials before it is cut. */
const SHOWN_BYTES = 4096;

/**
 * Decodes the body of a watch response.
 *
 * @typeParam T Type of the watched objects.
 * @param body The body.
 * @param options The signal, and what to do in the end.
 * @returns The events. Errors with a `SyntaxError` at a line that is no event,
 *   with the body's error where it fails, with the signal's reason.
 */
export function decodeWatchEvents<T extends KubernetesObject>(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  options: DecodeOptions,
): ReadableStream<WatchEvent<T>> {
  return new EventDecoder<T>(body, options).events;
}

type BodyReader =
  | { byob: true; reader: ReadableStreamBYOBReader }
  | {
    byob: false;
    reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  };

class EventDecoder<T extends KubernetesObject> {
  readonly events: ReadableStream<WatchEvent<T>>;
  readonly #controller: ReadableStreamDefaultController<WatchEvent<T>>;
  readonly #lines = new LineBuffer();
  readonly #body: BodyReader;
  readonly #signal: AbortSignal;
  readonly #redactor: Redactor;
  readonly #onEnd: () => void;
  readonly #decoder = new Utf8Decoder();
  readonly #onAbort = () => this.#fail(this.#signal.reason);
  /** Whole lines that have been decoded; the next one begins at `#at`. */
  #text = "";
  #at = 0;
  #ended = false;

  constructor(
    body: ReadableStream<Uint8Array<ArrayBuffer>>,
    { signal, redactor, onEnd }: DecodeOptions,
  ) {
    this.#body = readerOf(body);
    this.#signal = signal;
    this.#redactor = redactor;
    this.#onEnd = onEnd;
    const { stream, controller } = pullStream<WatchEvent<T>>({
      pull: () => this.#pull(),
      cancel: (reason) => this.#end(reason),
    });
    this.events = stream;
    this.#controller = controller;
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  #pull(): Promise<void> | void {
    try {
      const line = this.#nextLine();
      if (line === undefined) return this.#readMore();
      this.#controller.enqueue(this.#parse(line));
    } catch (error) {
      this.#fail(error);
    }
  }

  async #readMore(): Promise<void> {
    try {
      for (;;) {
        const more = await this.#read();
        if (this.#ended) return;
        const line = more ? this.#nextLine() : this.#lastLine();
        if (line !== undefined) {
          const event = more ? this.#parse(line) : this.#parseLast(line);
          return this.#controller.enqueue(event);
        }
        if (!more) {
          this.#end();
          return this.#controller.close();
        }
      }
    } catch (error) {
      this.#fail(this.#redactor.redactError(error));
    }
  }

  /** Reads once; false at the end of the body. */
  async #read(): Promise<boolean> {
    if (this.#body.byob) {
      const { done, value } = await this.#body.reader.read(this.#lines.lend());
      if (value) this.#lines.giveBack(value);
      return !done;
    }
    const { done, value } = await this.#body.reader.read();
    if (value) this.#lines.append(value);
    return !done;
  }

  /** The next line that is not empty; undefined where none is whole yet. */
  #nextLine(): string | undefined {
    for (;;) {
      if (this.#at >= this.#text.length && !this.#decodeLines()) return;
      const end = this.#text.indexOf("\n", this.#at);
      const line = end < 0
        ? this.#text.slice(this.#at)
        : this.#text.slice(this.#at, end);
      this.#at = end < 0 ? this.#text.length : end + 1;
      if (!isEmpty(line)) return line;
    }
  }

  #lastLine(): string | undefined {
    const bytes = this.#lines.takeRest();
    const line = this.#decoder.decode(bytes) ?? this.#notUtf8(bytes);
    return isEmpty(line) ? undefined : line;
  }

  /**
   * Decodes what has come, all whole lines at once: searching a text for line
   * ends is several times faster than searching bytes.
   */
  #decodeLines(): boolean {
    const lines = this.#lines.peekLines();
    if (lines === undefined) return false;
    let taken = lines;
    let text = this.#decoder.decode(lines);
    if (text === undefined) {
      // The lines before the one that is at fault are to be delivered first.
      taken = LineBuffer.firstLine(lines);
      text = this.#decoder.decode(taken) ?? this.#notUtf8(taken);
    }
    this.#lines.take(taken);
    this.#text = text;
    this.#at = 0;
    return true;
  }

  #notUtf8(line: Uint8Array): never {
    const start = new TextDecoder().decode(line.subarray(0, SHOWN_BYTES));
    throw this.#undecodable("it is not UTF-8", start);
  }

  #parse(line: string): WatchEvent<T> {
    let event: unknown;
    try {
      event = JSON.parse(line);
    } catch {
      // The parser's own words may quote a part of a credential.
      throw this.#undecodable("it is not JSON", line);
    }
    if (!isChange(event)) event = this.#redactor.redactAll(event);
    if (isWatchEvent<T>(event)) return event;
    throw this.#undecodable("it has no type or no object", line);
  }

  #parseLast(line: string): WatchEvent<T> {
    try {
      return this.#parse(line);
    } catch (cause) {
      throw this.#undecodable("the stream ends within it", line, { cause });
    }
  }

  #undecodable(
    why: string,
    line: string,
    options?: ErrorOptions,
  ): SyntaxError {
    const text = this.#redactor.redact(line.slice(0, SHOWN_BYTES)).trimEnd();
    const shown = clip(text, SHOWN_CHARACTERS);
    return new SyntaxError(
      `Cannot decode watch event: ${why}: '${shown}'`,
      options,
    );
  }

  #fail(error: unknown): void {
    this.#end(error);
    this.#controller.error(error);
  }

  #end(reason?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#signal.removeEventListener("abort", this.#onAbort);
    cancelQuietly(this.#body.reader, reason);
    this.#body.reader.releaseLock();
    this.#onEnd();
  }
}

/** Lines may end with `\r\n`, the `\r` of which JSON takes for white space. */
function isEmpty(line: string): boolean {
  return line === "" || line === "\r";
}

/** Only streams of bytes have BYOB readers, and only where implemented. */
function readerOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): BodyReader {
  try {
    return { byob: true, reader: body.getReader({ mode: "byob" }) };
  } catch {
    return { byob: false, reader: body.getReader() };
  }
}

/** What is none, as an ERROR, becomes the message of an error in the end. */
function isChange(event: unknown): boolean {
  return isRecord(event) &&
    (event.type === "ADDED" || event.type === "MODIFIED" ||
      event.type === "DELETED" || event.type === "BOOKMARK");
}

/** What the objects are beyond this is the caller's knowledge, as `T` says. */
function isWatchEvent<T extends KubernetesObject>(
  value: unknown,
): value is WatchEvent<T> {
  return isRecord(value) && typeof value.type === "string" &&
    isRecord(value.object);
}
