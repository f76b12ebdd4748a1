/**
 * Decodes the body of a watch response into a stream of events.
 *
 * Bytes go into one `LineBuffer`, and each pull decodes one line of it. Nothing
 * is decoded ahead of demand, so a bad line, a cut or a broken connection is
 * found only after all events before it have been delivered, and
 * `controller.error()` has no queued events to discard. Where the body supports
 * BYOB readers the runtime writes into that buffer itself; elsewhere each chunk
 * is copied into it once. An event that is already in the buffer costs no
 * promise.
 *
 * Parsing an object takes longer than everything else together. So a line is
 * only scanned for its type and the identity of its object, and the object is
 * parsed when it is looked at, unless the consumer looks at each of them anyway.
 * What the scanner declines is parsed at once, and so is the last line if it has
 * no line end, since it may have been cut off.
 *
 * A line that is not an event is never skipped: the change that it carried
 * would be lost for good.
 *
 * @module
 */

import type { BodyPauses } from "./_buffering_proxy.ts";
import { isRecord } from "../internal/json_fields.ts";
import { cancelQuietly } from "../internal/abort.ts";
import { clipJson } from "../internal/clip_json.ts";
import { clip, errorText } from "../internal/error_text.ts";
import { deleteManagedFields } from "./_managed_fields.ts";
import { lazyEvent } from "../api/_lazy_event.ts";
import { LineBuffer } from "./_line_buffer.ts";
import { LookPrediction } from "./_look_prediction.ts";
import { pullStream } from "../internal/pull_stream.ts";
import type { Redactor } from "../internal/redactor.ts";
import type { JsonParser } from "./_response_body.ts";
import {
  scanEvent,
  scanEventForManagedFields,
  type ScannedEvent,
} from "./_scanner.ts";
import { TextLines } from "./_text_lines.ts";
import {
  type ObjectDecoder,
  partWithout,
  shownObject,
  UnparsedObject,
} from "./_unparsed_object.ts";
import { UndecodableEventError } from "../api/_undecodable_event_error.ts";
import { statusOf } from "../api/_untrusted.ts";
import { ResponseTooLargeError } from "../api/response_too_large_error.ts";
import type {
  KubernetesObject,
  ObjectIdentity,
  WatchEvent,
} from "../api/types.ts";

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
   * Parses the JSON of a line, or of its object.
   *
   * @default {JSON.parse}
   */
  parse?: JsonParser | undefined;
  /** Whether objects come without `metadata.managedFields`. */
  dropManagedFields: boolean;
  /**
   * Creates an event whose object is parsed when it is looked at.
   *
   * @default {lazyEvent}
   */
  createEvent?: typeof lazyEvent | undefined;
  /** Sees each read of the body. */
  pauses?: BodyPauses | undefined;
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

/** What a read of the body gives. */
interface BodyRead {
  readonly done: boolean;
  readonly value?: Uint8Array<ArrayBuffer> | undefined;
}

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
  readonly #dropManagedFields: boolean;
  readonly #createEvent: typeof lazyEvent;
  readonly #wholeLines = new TextLines();
  readonly #looks: LookPrediction;
  readonly #objects: ObjectDecoder;
  readonly #pauses: BodyPauses | undefined;
  readonly #onAbort = () => this.#abort();
  readonly #onReadError = (error: unknown) => {
    if (this.#ended) return;
    this.#pauses?.ended();
    this.#fail(this.#redactor.redactError(error));
  };
  readonly #onRead = (read: BodyRead) => {
    try {
      this.#take(read);
    } catch (error) {
      this.#onReadError(error);
    }
  };
  #isReading = false;
  #ended = false;

  constructor(
    body: ReadableStream<Uint8Array<ArrayBuffer>>,
    options: DecodeOptions,
  ) {
    const { signal } = options;
    this.#body = openReader(body);
    this.#lines = new LineBuffer(options.maxEventBytes);
    this.#request = options.request;
    this.#signal = signal;
    this.#parseJson = options.parse ?? ((text) => JSON.parse(text));
    this.#redactor = options.redactor;
    this.#looks = new LookPrediction();
    this.#objects = objectDecoder(
      this.#parseJson,
      options.redactor,
      this.#looks,
    );
    this.#dropManagedFields = options.dropManagedFields;
    this.#createEvent = options.createEvent ?? lazyEvent;
    this.#pauses = options.pauses;
    this.#onEnd = options.onEnd;
    const { stream, controller } = pullStream<WatchEvent<T>>({
      pull: () => this.#pull(),
      cancel: (reason) => this.#end(reason),
    });
    this.events = stream;
    this.#controller = controller;
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  #pull(): void {
    if (this.#isReading) return;
    try {
      const event = this.#nextEvent();
      if (event === undefined) return this.#read();
      this.#controller.enqueue(event);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Reads once. Each promise more would cost as much as finding an event. */
  #read(): void {
    this.#isReading = true;
    this.#pauses?.readStarts(this.#lines.hasRest);
    const read: Promise<BodyRead> = this.#body.byob
      ? this.#body.reader.read(this.#lines.lend())
      : this.#body.reader.read();
    read.then(this.#onRead, this.#onReadError);
  }

  #take({ done, value }: BodyRead): void {
    this.#isReading = false;
    if (value && this.#body.byob) this.#lines.giveBack(value);
    else if (value) this.#lines.append(value);
    if (value && !done) this.#pauses?.received(value.length);
    if (this.#ended) return;
    if (done) this.#pauses?.ended();
    const event = done ? this.#lastEvent() : this.#nextEvent();
    if (event !== undefined) return this.#controller.enqueue(event);
    if (!done) return this.#read();
    this.#end();
    this.#controller.close();
  }

  /** The event of the next line; undefined if no line is complete yet. */
  #nextEvent(): WatchEvent<T> | undefined {
    const lines = this.#wholeLines;
    while (!lines.next()) if (!this.#takeLines()) return undefined;
    const { bytes, start, end } = lines;
    const isLookedAt = this.#looks.next();
    const scanned = isLookedAt ? undefined : scanEvent(lines, start, end);
    const line = lines.text() ?? this.#notUtf8(bytes.subarray(start, end));
    if (scanned !== undefined) return this.#lazy(scanned);
    // Had it been scanned, it might have been looked at.
    if (!isLookedAt) this.#looks.lookedAt(this.#looks.current);
    const cut = isLookedAt && this.#dropManagedFields
      ? scanEventForManagedFields(lines, start, end)
      : undefined;
    return this.#parse(
      cut === undefined ? line : partWithout(lines, lines, cut),
    );
  }

  /** Takes all complete lines out of the buffer, if there are any. */
  #takeLines(): boolean {
    const lines = this.#lines.peekLines();
    if (lines === undefined) {
      if (this.#lines.isTooLong) throw this.#tooLong();
      return false;
    }
    this.#lines.take(lines);
    this.#wholeLines.replace(lines);
    return true;
  }

  #lastEvent(): WatchEvent<T> | undefined {
    const lines = this.#wholeLines;
    lines.replace(this.#lines.takeRest());
    if (!lines.next()) return undefined;
    const line = lines.text();
    if (line !== undefined) return this.#parseLast(line);
    const { bytes, start, end } = lines;
    // Cut inside a character, most likely, and not what the server wrote.
    throw this.#cutOff(
      startOf(bytes.subarray(start, end)),
      new SyntaxError("The line is not valid UTF-8"),
    );
  }

  #notUtf8(line: Uint8Array): never {
    throw this.#undecodable("the line is not valid UTF-8", startOf(line));
  }

  #tooLong(): ResponseTooLargeError {
    const { maxLineBytes } = this.#lines;
    return new ResponseTooLargeError(
      `Cannot decode watch event: the response to ${this.#request} has a line longer than ${maxLineBytes} bytes: raise maxEventBytes`,
      maxLineBytes,
    );
  }

  #lazy({ type, object }: ScannedEvent): WatchEvent<T> {
    const cut = this.#dropManagedFields ? object.managedFields : undefined;
    const scanned = { source: this.#wholeLines, object, cut };
    return this.#createEvent(
      type,
      new UnparsedObject<T>(scanned, this.#objects, this.#looks.current),
    );
  }

  #parse(line: string): WatchEvent<T> {
    const event = parseOrUndefined(this.#parseJson, line);
    if (event === undefined) {
      throw this.#undecodable("the line is not valid JSON", line);
    }
    if (!isWatchEvent<T>(event)) {
      throw this.#undecodable("the line has no type or no object", line);
    }
    if (!isChange(event)) return this.#redacted(event, line);
    if (event.type === "BOOKMARK") this.#pauses?.bookmark();
    if (this.#dropManagedFields) deleteManagedFields(event.object);
    return withoutOthers(event);
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
      // Not the parser's error, which says that the line was complete.
      throw this.#cutOff(line, new SyntaxError(errorText(cause)));
    }
  }

  #cutOff(line: string, cause: SyntaxError): SyntaxError {
    const why = "the stream ended in the middle of a line";
    return new SyntaxError(message(why, line, this.#redactor), { cause });
  }

  #undecodable(why: string, line: string): UndecodableEventError {
    return new UndecodableEventError(message(why, line, this.#redactor));
  }

  #abort(): void {
    this.#pauses?.stop();
    this.#fail(this.#signal.reason);
  }

  #fail(error: unknown): void {
    this.#end(error);
    this.#controller.error(error);
  }

  #end(reason?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#pauses?.stop();
    this.#signal.removeEventListener("abort", this.#onAbort);
    cancelQuietly(this.#body.reader, reason);
    this.#body.reader.releaseLock();
    this.#onEnd();
  }
}

/** Of an event that is not parsed at once, other members are not known. */
function withoutOthers<T extends KubernetesObject>(
  event: WatchEvent<T>,
): WatchEvent<T> {
  for (const name of Object.keys(event)) {
    if (name !== "type" && name !== "object") {
      Reflect.deleteProperty(event, name);
    }
  }
  return event;
}

/** As much of a line that is not UTF-8 as a message needs. */
function startOf(line: Uint8Array): string {
  return new TextDecoder().decode(line.subarray(0, REDACTED_LENGTH));
}

function parseOrUndefined(parse: JsonParser, text: string): unknown {
  try {
    return parse(text);
  } catch {
    // The parser's message may quote a part of a credential.
    return undefined;
  }
}

/** Objects keep it, so it keeps nothing of the decoder. */
function objectDecoder(
  parse: JsonParser,
  redactor: Redactor,
  looks: LookPrediction,
): ObjectDecoder {
  return {
    parse,
    onParsed: (_object, number) => looks.lookedAt(number),
    error: (text, identity) => badObject(text, identity, redactor),
  };
}

/** The error for what the scanner has not found, at the look at the object. */
function badObject(
  text: string,
  identity: ObjectIdentity,
  redactor: Redactor,
): UndecodableEventError {
  const why = `the object ${shownObject(identity, redactor)} is not valid JSON`;
  return new UndecodableEventError(message(why, text, redactor));
}

function message(why: string, text: string, redactor: Redactor): string {
  const start = redactor.redact(text.slice(0, REDACTED_LENGTH));
  const shown = clip(start.trimEnd(), SHOWN_CHARACTERS);
  return `Cannot decode watch event: ${why}: '${shown}'`;
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
    isObject<T>(value.object);
}

function isObject<T extends KubernetesObject>(value: unknown): value is T {
  return isRecord(value);
}
