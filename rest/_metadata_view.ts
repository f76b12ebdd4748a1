/**
 * An object of which only the metadata is parsed, as long as no one looks at
 * anything else: for functions that look at many objects and mostly at their
 * labels, as index functions do.
 *
 * It is a `Proxy`, since it is not known which other members the object has. It
 * is not to be kept: the object itself is another one.
 *
 * @module
 */

/** The object, as far as it has been parsed. */
class MetadataView implements ProxyHandler<object> {
  readonly #parseMetadata: () => unknown;
  readonly #parseAll: () => object;
  #metadata: { readonly value: unknown } | undefined;
  #object: object | undefined;

  constructor(parseMetadata: () => unknown, parseAll: () => object) {
    this.#parseMetadata = parseMetadata;
    this.#parseAll = parseAll;
  }

  get(_target: object, name: string | symbol): unknown {
    if (name !== "metadata" || this.#object !== undefined) {
      return Reflect.get(this.#all(), name);
    }
    return (this.#metadata ??= { value: this.#parseMetadata() }).value;
  }

  set(_target: object, name: string | symbol, value: unknown): boolean {
    return Reflect.set(this.#all(), name, value);
  }

  has(_target: object, name: string | symbol): boolean {
    return Reflect.has(this.#all(), name);
  }

  ownKeys(): (string | symbol)[] {
    return Reflect.ownKeys(this.#all());
  }

  getOwnPropertyDescriptor(
    _target: object,
    name: string | symbol,
  ): PropertyDescriptor | undefined {
    return Reflect.getOwnPropertyDescriptor(this.#all(), name);
  }

  defineProperty(
    _target: object,
    name: string | symbol,
    property: PropertyDescriptor,
  ): boolean {
    return Reflect.defineProperty(this.#all(), name, property);
  }

  deleteProperty(_target: object, name: string | symbol): boolean {
    return Reflect.deleteProperty(this.#all(), name);
  }

  #all(): object {
    return this.#object ??= this.#parseAll();
  }
}

/**
 * Creates a view of an object.
 *
 * @param parseMetadata Parses its metadata.
 * @param parseAll Parses all of it.
 * @returns What looks like the object. Looking at it throws what parsing throws.
 */
export function metadataView(
  parseMetadata: () => unknown,
  parseAll: () => object,
): object {
  return new Proxy({}, new MetadataView(parseMetadata, parseAll));
}
