/**
 * Reads the fields of one entry of a kubeconfig: whoever wrote it is told
 * which field of which entry is not what it has to be. Values never are in an
 * error: many of them are credentials.
 *
 * @module
 */

import { isRecord, type JsonRecord } from "../internal/json_fields.ts";
import { KubeconfigError } from "./kubeconfig_error.ts";

/** One entry of a kubeconfig. */
export class Entry {
  /** What it is, and of which file: `user "me" of /home/me/.kube/config`. */
  readonly where: string;
  readonly #fields: JsonRecord;

  /**
   * An entry to be read.
   *
   * @param where What it is, for errors.
   * @param value What is written there.
   * @throws {KubeconfigError} If that is no object.
   */
  constructor(where: string, value: unknown) {
    this.where = where;
    if (!isRecord(value ?? {})) {
      throw new KubeconfigError(
        `Cannot use ${where}: it is ${typeName(value)} and has no fields`,
      );
    }
    this.#fields = isRecord(value) ? value : {};
  }

  /**
   * A field that is a text. An empty one counts as none, as in Go.
   *
   * @param name Its name.
   * @returns The text, if there is one.
   * @throws {KubeconfigError} If it is something else.
   */
  text(name: string): string | undefined {
    const value = this.#fields[name] ?? undefined;
    if (value === undefined || typeof value === "string") {
      return value || undefined;
    }
    throw this.#wrong(name, value, "a text, which is put in quotes");
  }

  /**
   * A field that says yes or no.
   *
   * @param name Its name.
   * @returns Whether it says yes.
   * @throws {KubeconfigError} If it is something else.
   */
  flag(name: string): boolean {
    const value = this.#fields[name] ?? false;
    if (typeof value === "boolean") return value;
    throw this.#wrong(name, value, "true or false");
  }

  /**
   * A field that is a list of texts.
   *
   * @param name Its name.
   * @returns The texts.
   * @throws {KubeconfigError} If it is something else.
   */
  texts(name: string): readonly string[] {
    const value = this.#fields[name] ?? [];
    if (
      Array.isArray(value) && value.every((item) => typeof item === "string")
    ) {
      return value;
    }
    throw this.#wrong(name, value, "a list of texts");
  }

  /**
   * A field that is a list of entries.
   *
   * @param name Its name.
   * @returns The entries.
   * @throws {KubeconfigError} If it is something else.
   */
  entries(name: string): readonly Entry[] {
    const value = this.#fields[name] ?? [];
    if (!Array.isArray(value)) throw this.#wrong(name, value, "a list");
    return value.map((item, index) =>
      new Entry(`${name}[${index}] of ${this.where}`, item)
    );
  }

  /**
   * A field that has fields itself.
   *
   * @param name Its name.
   * @param where What it is, for errors.
   * @returns The entry, if there is one.
   * @throws {KubeconfigError} If it is something else.
   */
  entry(name: string, where = `${name} of ${this.where}`): Entry | undefined {
    const value = this.#fields[name] ?? undefined;
    return value === undefined ? undefined : new Entry(where, value);
  }

  /**
   * A field that may be anything.
   *
   * @param name Its name.
   * @returns What is there.
   */
  value(name: string): unknown {
    return this.#fields[name];
  }

  /**
   * The names of the fields.
   *
   * @returns All of them.
   */
  names(): readonly string[] {
    return Object.keys(this.#fields);
  }

  /**
   * What is to be thrown when this entry cannot be used.
   *
   * @param why Why; without any value.
   * @returns The error.
   */
  unusable(why: string): KubeconfigError {
    return new KubeconfigError(`Cannot use ${this.where}: ${why}`);
  }

  #wrong(name: string, value: unknown, wanted: string): KubeconfigError {
    return this.unusable(`${name} is ${typeName(value)}, not ${wanted}`);
  }
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) {
    return value.every((item) => typeof item === "string")
      ? "a list"
      : "a list of something else";
  }
  switch (typeof value) {
    case "string":
      return "a text";
    case "object":
      return value === null ? "nothing" : "an object";
    default:
      return `a ${typeof value}`;
  }
}
