/**
 * Reads the fields of kubeconfig entries. Error messages name the entry and the
 * invalid field but never quote a value, because many are credentials.
 *
 * @module
 */

import { isRecord, type JsonRecord } from "../internal/json_fields.ts";
import { KubeconfigError } from "./kubeconfig_error.ts";

/** One entry of a kubeconfig. */
export class Entry {
  /** Identifies the entry in messages: `user "me" of /home/me/.kube/config`. */
  readonly where: string;
  readonly #fields: JsonRecord;

  /**
   * Wraps a parsed entry.
   *
   * @param where Identifies the entry in messages.
   * @param value The parsed value; null counts as an empty object.
   * @throws {KubeconfigError} If the value is not an object.
   */
  constructor(where: string, value: unknown) {
    this.where = where;
    if (!isRecord(value ?? {})) {
      throw new KubeconfigError(
        `Cannot use ${where}: it is ${typeName(value)}, expected an object`,
      );
    }
    this.#fields = isRecord(value) ? value : {};
  }

  /**
   * Returns a string field. An empty string counts as absent, as in Go.
   *
   * @param name The name of the field.
   * @returns The string, if there is one.
   * @throws {KubeconfigError} If the field is not a string.
   */
  string(name: string): string | undefined {
    const value = this.#fields[name] ?? undefined;
    if (value === undefined || typeof value === "string") {
      return value || undefined;
    }
    throw this.#invalid(name, value, "a quoted string");
  }

  /**
   * Returns a boolean field.
   *
   * @param name The name of the field.
   * @returns The value; false if the field is absent.
   * @throws {KubeconfigError} If the field is not a boolean.
   */
  boolean(name: string): boolean {
    const value = this.#fields[name] ?? false;
    if (typeof value === "boolean") return value;
    throw this.#invalid(name, value, "true or false");
  }

  /**
   * Returns a field that is a list of strings.
   *
   * @param name The name of the field.
   * @returns The strings; empty if the field is absent.
   * @throws {KubeconfigError} If the field is not a list of strings.
   */
  strings(name: string): readonly string[] {
    const value = this.#fields[name] ?? [];
    if (
      Array.isArray(value) && value.every((item) => typeof item === "string")
    ) {
      return value;
    }
    throw this.#invalid(name, value, "a list of strings");
  }

  /**
   * Returns a field that is a list of objects.
   *
   * @param name The name of the field.
   * @returns The entries; empty if the field is absent.
   * @throws {KubeconfigError} If the field is not a list of objects.
   */
  entries(name: string): readonly Entry[] {
    const value = this.#fields[name] ?? [];
    if (!Array.isArray(value)) throw this.#invalid(name, value, "a list");
    return value.map((item, index) =>
      new Entry(`${name}[${index}] of ${this.where}`, item)
    );
  }

  /**
   * Returns a field that is an object.
   *
   * @param name The name of the field.
   * @param where Identifies the object in messages.
   * @returns The entry, if there is one.
   * @throws {KubeconfigError} If the field is not an object.
   */
  entry(name: string, where = `${name} of ${this.where}`): Entry | undefined {
    const value = this.#fields[name] ?? undefined;
    return value === undefined ? undefined : new Entry(where, value);
  }

  /**
   * Returns a field of any type.
   *
   * @param name The name of the field.
   * @returns Its value.
   */
  value(name: string): unknown {
    return this.#fields[name];
  }

  /**
   * Returns the names of all fields.
   *
   * @returns The names.
   */
  names(): readonly string[] {
    return Object.keys(this.#fields);
  }

  /**
   * Creates the error to throw if this entry is invalid.
   *
   * @param why The reason, without any value of the entry.
   * @returns The error.
   */
  unusable(why: string): KubeconfigError {
    return new KubeconfigError(`Cannot use ${this.where}: ${why}`);
  }

  #invalid(name: string, value: unknown, expected: string): KubeconfigError {
    return this.unusable(`${name} is ${typeName(value)}, expected ${expected}`);
  }
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) {
    return value.every((item) => typeof item === "string")
      ? "a list"
      : "a list with other items";
  }
  switch (typeof value) {
    case "string":
      return "a string";
    case "object":
      return value === null ? "null" : "an object";
    default:
      return `a ${typeof value}`;
  }
}
