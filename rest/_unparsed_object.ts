/**
 * An object that was scanned and not parsed: what is known of it, and the text
 * that it is parsed from when it is looked at.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";
import { metadataView } from "./_metadata_view.ts";
import type { Redactor } from "../internal/redactor.ts";
import type { Extent, ScannedObject, Source } from "./_scanner.ts";
import { copyIdentity, type Unparsed } from "../api/_known_identity.ts";
import type { KubernetesObject, ObjectIdentity } from "../api/types.ts";

/** Parses JSON, such as `JSON.parse`. */
export type JsonParser = (text: string) => unknown;

/** Parses objects that were scanned. All objects of a response share one. */
export interface ObjectDecoder {
  /** Parses JSON. */
  readonly parse: JsonParser;
  /** Called with an object that has been parsed, and its number. */
  readonly onParsed: (object: KubernetesObject, number: number) => void;
  /** The error for a text that is not an object. */
  readonly error: (
    text: string,
    identity: Readonly<ObjectIdentity>,
  ) => SyntaxError;
}

/** What is scanned, and how parts of it are read. */
export interface TextSource extends Source {
  /**
   * Returns a part, which may keep all of the source in memory.
   *
   * @param part Where it is in the bytes, in whole characters.
   * @returns The text.
   */
  part(part: Extent): string;
  /**
   * Returns a part as something to keep.
   *
   * @param part Where it is in the bytes, in whole characters.
   * @returns The text, which keeps nothing in memory that is much larger.
   */
  kept(part: Extent): string;
}

/** An object that was scanned. */
export interface ScannedText {
  /** What was scanned. */
  readonly source: TextSource;
  /** What was found. */
  readonly object: ScannedObject;
  /** What of it is left out. */
  readonly cut: Extent | undefined;
}

/**
 * An object that is parsed when it is looked at. Many of them may be kept, so
 * until then it has only the text, and where in it the identity is.
 */
export class UnparsedObject<T extends KubernetesObject> implements Unparsed<T> {
  readonly #decoder: ObjectDecoder;
  readonly #number: number;
  readonly #name: number;
  readonly #namespace: number;
  readonly #uid: number;
  readonly #version: number;
  readonly #metadataStart: number;
  /** 0 if it is not known. */
  readonly #metadataEnd: number;
  #text: string;
  /** Once there is no text. */
  #identity: Readonly<ObjectIdentity> | undefined;
  #object: T | undefined;

  /**
   * Keeps the text of an object.
   *
   * @param scanned The object.
   * @param decoder Parses it.
   * @param number The number of the object, for `ObjectDecoder.onParsed`.
   */
  constructor(scanned: ScannedText, decoder: ObjectDecoder, number: number) {
    const { name, namespace, uid, resourceVersion } = scanned.object;
    this.#decoder = decoder;
    this.#number = number;
    this.#name = placeOf(name, scanned);
    this.#namespace = placeOf(namespace, scanned);
    this.#uid = placeOf(uid, scanned);
    this.#version = placeOf(resourceVersion, scanned);
    this.#text = textOf(scanned);
    const { source: { ascii }, object, cut } = scanned;
    this.#metadataStart = object.metadataStart - object.start;
    this.#metadataEnd = ascii === undefined
      ? 0
      : object.metadataEnd - object.start - lengthOf(scanned.source, cut);
  }

  /** Whose object it is. */
  get identity(): Readonly<ObjectIdentity> {
    return this.#identity ?? this.#copyIdentity();
  }

  /** Its key: all that a cache needs of the identity of a new object. */
  get key(): string | undefined {
    const { name, namespace } = this.#identity ?? {
      name: this.#field(this.#name),
      namespace: this.#field(this.#namespace),
    };
    if (!name) return undefined;
    return namespace ? `${namespace}/${name}` : ownCopy(name);
  }

  /** Its uid. */
  get uid(): string | undefined {
    return this.#identity === undefined
      ? this.#field(this.#uid)
      : this.#identity.uid;
  }

  /** Its resource version. */
  get version(): string | undefined {
    return this.#identity === undefined
      ? this.#field(this.#version)
      : this.#identity.resourceVersion;
  }

  /**
   * The object, parsed at the first look.
   *
   * @throws {SyntaxError} If it is not JSON.
   */
  get object(): T {
    return this.#object ??= this.#parse();
  }

  /**
   * What looks like the object, and may be less work to look at; not to be kept.
   *
   * @throws {SyntaxError} If it is not JSON, then or when it is looked at.
   */
  get view(): T {
    const text = this.#text;
    if (text === "" || this.#metadataEnd === 0) return this.object;
    const metadata = text.slice(this.#metadataStart, this.#metadataEnd);
    const view = metadataView(
      () => this.#decoder.parse(metadata),
      () => this.object,
    );
    return isObject<T>(view) ? view : this.object;
  }

  #parse(): T {
    const { parse, error, onParsed } = this.#decoder;
    const text = this.#text;
    const object = parsedOrUndefined(parse, text) ??
      parsedOrUndefined(parse, text, true);
    if (!isObject<T>(object)) throw error(text, this.identity);
    onParsed(object, this.#number);
    this.#identity = this.#copyIdentity();
    this.#text = "";
    return object;
  }

  #copyIdentity(): ObjectIdentity {
    return copyIdentity({
      name: ownCopy(this.#field(this.#name)) ?? "",
      namespace: ownCopy(this.#field(this.#namespace)),
      uid: ownCopy(this.#field(this.#uid)),
      resourceVersion: ownCopy(this.#field(this.#version)),
    });
  }

  #field(place: number): string | undefined {
    if (place === 0) return undefined;
    return this.#text.slice(place, this.#text.indexOf('"', place)) || undefined;
  }
}

/**
 * A part of a text keeps all of it in memory. Runtimes have no copy of a string,
 * but joining two makes a new one.
 */
function ownCopy(part: string | undefined): string | undefined {
  return part && ` ${part}`.slice(1);
}

/** Where a field starts in the text of its object; 0 if there is none. */
function placeOf(
  field: Extent | undefined,
  { source, object, cut }: ScannedText,
): number {
  if (field === undefined) return 0;
  const { start } = field;
  const place = lengthOf(source, { start: object.start, end: start });
  return cut === undefined || start < cut.start
    ? place
    : place - lengthOf(source, cut);
}

/**
 * Reads a part without what is left out of it.
 *
 * @param source What holds it.
 * @param part The part.
 * @param cut What is left out, if anything is.
 * @returns The text, which may keep all of the source in memory.
 */
export function partWithout(
  source: TextSource,
  part: Extent,
  cut: Extent | undefined,
): string {
  if (cut === undefined) return source.part(part);
  return source.part({ start: part.start, end: cut.start }) +
    source.part({ start: cut.end, end: part.end });
}

function textOf({ source, object, cut }: ScannedText): string {
  if (cut === undefined) return source.kept(object);
  const { start, end } = object;
  // Joining copies, so that nothing else is kept.
  return [
    source.part({ start, end: cut.start }),
    source.part({ start: cut.end, end }),
  ].join("");
}

function lengthOf(source: TextSource, extent: Extent | undefined): number {
  if (extent === undefined) return 0;
  return source.ascii === undefined
    ? source.part(extent).length
    : extent.end - extent.start;
}

/**
 * Names an object in a message.
 *
 * @param identity Whose object it is.
 * @param redactor Removes credentials.
 * @returns Its key and its resource version.
 */
export function shownObject(
  { name, namespace, resourceVersion }: Readonly<ObjectIdentity>,
  redactor: Redactor,
): string {
  const key = namespace === undefined ? name : `${namespace}/${name}`;
  return redactor.redact(`${key} at resource version ${resourceVersion}`);
}

/** Other members of the event may follow the object. */
function parsedOrUndefined(
  parse: JsonParser,
  text: string,
  isFollowed = false,
): unknown {
  try {
    if (!isFollowed) return parse(text);
    const event = parse(`{"object":${text}}`);
    return isRecord(event) ? event.object : undefined;
  } catch {
    // The parser's message may quote a part of a credential.
    return undefined;
  }
}

function isObject<T extends KubernetesObject>(value: unknown): value is T {
  return isRecord(value);
}
