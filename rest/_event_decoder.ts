/**
 * Decodes the body of a watch response into a stream of events.
 *
 * Bytes go into one `LineBuffer`, and each pull parses one line of it. Nothing
 * is parsed ahead of demand, so a bad line, a cut or a broken connection is
 * found only after all events before it have been delivered, and
 * `controller.error()` has no queued events to discard. Where the body supports
 * BYOB readers the runtime writes into that buffer itself; elsewhere each chunk
 * is copied into it once. An event that is already in the buffer costs no
 * promise.
 *
 * A line that is not an event is never skipped: the change that it carried
 * would be lost for good.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";
import { cancelQuietly } from "../internal/abort.ts";
import { clipJson } from "../internal/clip_json.ts";
import { clip, errorText } from "../internal/error_text.ts";
import { LineBuffer } from "./_line_buffer.ts";
import { pullStream } from "../internal/pull_stream.ts";
import type { Redactor } from "../internal/redactor.ts";
import type { JsonParser } from "./_response_body.ts";
import { Utf8Decoder } from "./_utf8_decoder.ts";
import { UndecodableEventError } from "../api/_undecodable_event_error.ts";
import { statusOf } from "../api/_untrusted.ts";
import { ResponseTooLargeError } from "../api/response_too_large_error.ts";
import type { KubernetesObject, WatchEvent } from "../api/types.ts";

/** Options for {@linkcode decodeWatchEvents}. */
export interface DecodeOptions {
  /** Errors the stream with its reason when it is aborted. */
  signal: AbortSignal;
  /** Removes credentials from ERROR events and error messages. */
  redactor: Redactor;
  /** The request, for messages: `GET https://host/api/v1/pods`. */
  request: string;
  /** How many bytes a line may have. */
  maxEventBytes: number;
  /**
   * Parses the JSON of a line.
   *
   * @default {JSON.parse}
   */
  parse?: JsonParser | undefined;
  /** Called once, when the body is no longer read. */
  onEnd: () => void;
}

/** How much of a bad line an error message shows, in characters. */
const SHOWN_CHARACTERS = 80;

/** How much of it is redacted before it is shortened to that. */
const REDACTED_LENGTH = 4096;

/** Of an event of unknown type in a longer line, only the type is redacted. */
const MAX_REDACTED_LINE = 64 * 1024;

/**
 * Decodes the body of a watch response.
 *
 * @typeParam T Type of the watched objects.
 * @param body The body.
 * @param options The signal, the redactor and the callback for the end.
 * @returns The events. Closes at the end of the body; errors with a
 *   `SyntaxError` at a line that is not an event (an `UndecodableEventError` if
 *   the line is complete), with a `ResponseTooLargeError` at one that is too
 *   long, with the body's error if reading fails, and with the signal's reason
 *   if it is aborted.
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
  readonly #lines: LineBuffer;
  readonly #body: BodyReader;
  readonly #signal: AbortSignal;
  readonly #redactor: Redactor;
  readonly #request: string;
  readonly #onEnd: () => void;
  readonly #parseJson: JsonParser;
  readonly #decoder = new Utf8Decoder();
  readonly #onAbort = () => this.#fail(this.#signal.reason);
  /** Whole lines that have been decoded; the next one starts at `#at`. */
  #text = "";
  #at = 0;
  #ended = false;

  constructor(
    body: ReadableStream<Uint8Array<ArrayBuffer>>,
    options: DecodeOptions,
  ) {
    const { signal, redactor, request, maxEventBytes, onEnd } = options;
    this.#body = openReader(body);
    this.#lines = new LineBuffer(maxEventBytes);
    this.#request = request;
    this.#signal = signal;
    this.#redactor = redactor;
    this.#onEnd = onEnd;
    this.#parseJson = options.parse ?? ((line) => JSON.parse(line));
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

  /** The next non-empty line; undefined if no line is complete yet. */
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
   * Decodes all complete lines at once: searching a string for line ends is
   * several times faster than searching bytes.
   */
  #decodeLines(): boolean {
    const lines = this.#lines.peekLines();
    if (lines === undefined) {
      if (this.#lines.isTooLong) throw this.#tooLong();
      return false;
    }
    let taken = lines;
    let text = this.#decoder.decode(lines);
    if (text === undefined) {
      // The lines before the bad one are delivered first.
      taken = LineBuffer.firstLine(lines);
      text = this.#decoder.decode(taken) ?? this.#notUtf8(taken);
    }
    this.#lines.take(taken);
    this.#text = text;
    this.#at = 0;
    return true;
  }

  #notUtf8(line: Uint8Array): never {
    const start = new TextDecoder().decode(line.subarray(0, REDACTED_LENGTH));
    throw this.#undecodable("the line is not valid UTF-8", start);
  }

  #tooLong(): ResponseTooLargeError {
    const { maxLineBytes } = this.#lines;
    return new ResponseTooLargeError(
      `Cannot decode watch event: the response to ${this.#request} has a line longer than ${maxLineBytes} bytes: raise maxEventBytes`,
      maxLineBytes,
    );
  }

  #parse(line: string): WatchEvent<T> {
    let event: unknown;
    try {
      event = this.#parseJson(line);
    } catch {
      // The parser's message may quote a part of a credential.
      throw this.#undecodable("the line is not valid JSON", line);
    }
    if (!isWatchEvent<T>(event)) {
      throw this.#undecodable("the line has no type or no object", line);
    }
    return isChange(event) ? event : this.#redacted(event, line);
  }

  /** The text of what is not a change ends up in messages. */
  #redacted(event: WatchEvent<T>, line: string): WatchEvent<T> {
    if (event.type === "ERROR") {
      const status = this.#redactor.redactAll(clipJson(event.object));
      return { type: "ERROR", object: statusOf(status) };
    }
    // Of an event of unknown type, nothing but the type is ever shown.
    const shown: unknown = line.length > MAX_REDACTED_LINE
      ? { ...event, type: this.#redactor.redact(clip(event.type, 100)) }
      : this.#redactor.redactAll(event);
    return isWatchEvent<T>(shown) ? shown : event;
  }

  #parseLast(line: string): WatchEvent<T> {
    try {
      return this.#parse(line);
    } catch (cause) {
      const why = "the stream ended in the middle of a line";
      // Not the parser's error, which says that the line was complete.
      throw new SyntaxError(this.#message(why, line), {
        cause: new SyntaxError(errorText(cause)),
      });
    }
  }

  #undecodable(why: string, line: string): UndecodableEventError {
    return new UndecodableEventError(this.#message(why, line));
  }

  #message(why: string, line: string): string {
    const start = this.#redactor.redact(line.slice(0, REDACTED_LENGTH));
    const shown = clip(start.trimEnd(), SHOWN_CHARACTERS);
    return `Cannot decode watch event: ${why}: '${shown}'`;
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

/** Lines may end with `\r\n`: JSON treats the `\r` as white space. */
function isEmpty(line: string): boolean {
  return line === "" || line === "\r";
}

/** Only byte streams have BYOB readers, and not on every runtime. */
function openReader(body: ReadableStream<Uint8Array<ArrayBuffer>>): BodyReader {
  try {
    return { byob: true, reader: body.getReader({ mode: "byob" }) };
  } catch {
    return { byob: false, reader: body.getReader() };
  }
}

/** All other events are redacted, as an ERROR becomes an error message. */
function isChange(event: unknown): boolean {
  return isRecord(event) &&
    (event.type === "ADDED" || event.type === "MODIFIED" ||
      event.type === "DELETED" || event.type === "BOOKMARK");
}

/** The object itself is not checked: the caller vouches for `T`. */
function isWatchEvent<T extends KubernetesObject>(
  value: unknown,
): value is WatchEvent<T> {
  return isRecord(value) && typeof value.type === "string" &&
    isRecord(value.object);
}
