/**
 * Cuts JSON from outside to a size that can be searched and shown.
 *
 * @module
 */

import { clip } from "./error_text.ts";

/** How deep a value is kept. */
export const MAX_JSON_DEPTH = 100;

/** How many characters of one text are kept. */
const MAX_TEXT_LENGTH = 4096;

/** How many characters of all texts are kept. */
const MAX_CHARACTERS = 64 * 1024;

/**
 * Copies a JSON value as far as it is neither too deep nor too long: each text
 * up to 4 KiB, all of them up to 64 KiB.
 *
 * @param value The value.
 * @returns The copy, without what is beyond.
 */
export function clipJson(value: unknown): unknown {
  return new JsonClipper().copy(value, MAX_JSON_DEPTH);
}

class JsonClipper {
  #left = MAX_CHARACTERS;

  copy(value: unknown, depth: number): unknown {
    if (typeof value === "string") return this.#text(value);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) {
      const items: unknown[] = [];
      for (const item of value) {
        if (!this.#hasRoom(depth)) break;
        items.push(this.copy(item, depth - 1));
      }
      return items;
    }
    const fields: [key: string, field: unknown][] = [];
    for (const [key, field] of Object.entries(value)) {
      if (!this.#hasRoom(depth)) break;
      fields.push([this.#text(key), this.copy(field, depth - 1)]);
    }
    return Object.fromEntries(fields);
  }

  #text(text: string): string {
    const kept = clip(text, MAX_TEXT_LENGTH);
    this.#left -= kept.length;
    return kept;
  }

  /** Neither a number nor an empty object is free. */
  #hasRoom(depth: number): boolean {
    return depth > 0 && --this.#left > 0;
  }
}
