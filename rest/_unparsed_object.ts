/**
 * An object that was scanned and not parsed: what is known of it, and the text
 * that it is parsed from when it is looked at.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";
import type { Redactor } from "../internal/redactor.ts";
import type { Unparsed } from "../api/_lazy_event.ts";
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

/** What the text of an object is a part of. */
export interface ObjectText {
  /** The text, which keeps nothing in memory that is much larger. */
  readonly text: string;
  /** The number of the object, for {@linkcode ObjectDecoder.onParsed}. */
  readonly number: number;
}

/** An object that is parsed when it is looked at. */
export class UnparsedObject<T extends KubernetesObject> implements Unparsed<T> {
  /** Whose object it is. */
  readonly identity: Readonly<ObjectIdentity>;
  readonly #decoder: ObjectDecoder;
  readonly #text: string;
  readonly #number: number;

  /**
   * Keeps the text of an object.
   *
   * @param identity Whose object it is.
   * @param decoder Parses it.
   * @param text Its text.
   */
  constructor(
    identity: Readonly<ObjectIdentity>,
    decoder: ObjectDecoder,
    { text, number }: ObjectText,
  ) {
    this.identity = identity;
    this.#decoder = decoder;
    this.#text = text;
    this.#number = number;
  }

  /**
   * Parses the object.
   *
   * @returns The object.
   * @throws {SyntaxError} If it is not JSON.
   */
  parse(): T {
    const { parse, error, onParsed } = this.#decoder;
    const object = parsedOrUndefined(parse, this.#text) ??
      parsedOrUndefined(parse, this.#text, true);
    if (!isObject<T>(object)) throw error(this.#text, this.identity);
    onParsed(object, this.#number);
    return object;
  }
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
