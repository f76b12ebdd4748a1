/**
 * Compares two servers: the same requests go to both, and their answers are
 * compared field by field.
 *
 * What differs between any two servers is not compared but has to be consistent:
 * UIDs and generated names correspond one to one, resource versions have the
 * same order, times are times. `managedFields` and `continue` are opaque: only
 * whether they are there is compared.
 *
 * @module
 */

import { isRecord } from "../../internal/json_fields.ts";

/** A request. */
export interface HttpRequest {
  readonly method: string;
  /** The path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A string is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Who sends it. @default {"admin"} */
  readonly user?: "admin" | "bob" | "stranger" | "nobody" | undefined;
}

/** An answer, or a part of a watch. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** JSON; a text if it is not JSON; the events of a watch. */
  readonly body: unknown;
}

/** Compares values from two servers. */
export class Comparison {
  readonly #uids = new Pairs();
  readonly #names = new Pairs();
  readonly #versions: [bigint, bigint][] = [];
  /** Accepts versions in any order, for a cache that may be behind. */
  lenientVersions = false;

  /** Registers a pair of generated names. */
  generated(real: string, fake: string): void {
    this.#names.add(real, fake);
  }

  /** Returns the differences between two answers. */
  answers(real: HttpAnswer, fake: HttpAnswer): string[] {
    return [
      ...this.values("status", real.status, fake.status),
      ...this.values("headers", real.headers, fake.headers),
      ...this.values("body", real.body, fake.body),
    ];
  }

  /** Returns the differences between two values at a path. */
  values(path: string, real: unknown, fake: unknown): string[] {
    const key = path.slice(path.lastIndexOf(".") + 1);
    if (Array.isArray(real) && Array.isArray(fake)) {
      if (key === "managedFields") return [];
      // Those of definitions are in any order.
      if (key === "resources") {
        return this.#arrays(path, byName(real), byName(fake));
      }
      return this.#arrays(path, real, fake);
    }
    if (isRecord(real) && isRecord(fake)) {
      const keys = new Set([...Object.keys(real), ...Object.keys(fake)]);
      return [...keys].flatMap((name) =>
        this.values(`${path}.${name}`, real[name], fake[name])
      );
    }
    if (typeof real === "string" && typeof fake === "string") {
      return this.#strings(path, key, real, fake);
    }
    return real === fake ? [] : [different(path, real, fake)];
  }

  #arrays(
    path: string,
    real: readonly unknown[],
    fake: readonly unknown[],
  ): string[] {
    if (real.length !== fake.length) {
      return [different(`${path}.length`, summary(real), summary(fake))];
    }
    return real.flatMap((item, index) =>
      this.values(`${path}[${index}]`, item, fake[index])
    );
  }

  #strings(path: string, key: string, real: string, fake: string): string[] {
    const same = TIME_KEYS.has(key)
      ? TIME.test(real) && TIME.test(fake)
      : key === "uid"
      ? this.#uids.add(real, fake)
      : key === "resourceVersion"
      ? this.#sameVersion(real, fake)
      : key === "continue"
      ? (real === "") === (fake === "")
      : this.#sameText(real, fake);
    return same ? [] : [different(path, real, fake)];
  }

  #sameText(real: string, fake: string): boolean {
    if (real === fake || AGE.test(real) && AGE.test(fake)) return true;
    const reals = tokens(real);
    const fakes = tokens(fake);
    return reals.length === fakes.length && reals.every((token, index) => {
      const other = fakes[index] ?? "";
      return token === other || this.#names.has(token, other) ||
        TIME.test(token) && TIME.test(other) ||
        UID.test(token) && this.#uids.add(token, other) ||
        /^[0-9]+$/.test(token) && /version/i.test(real) &&
          this.#sameVersion(token, other);
    });
  }

  #sameVersion(real: string, fake: string): boolean {
    if (real === fake && /^0?$/.test(real)) return true;
    if (!/^[1-9][0-9]*$/.test(real) || !/^[1-9][0-9]*$/.test(fake)) {
      return false;
    }
    if (this.lenientVersions) return true;
    const pair: [bigint, bigint] = [BigInt(real), BigInt(fake)];
    const agrees = this.#versions.every(([a, b]) =>
      order(a, pair[0]) === order(b, pair[1])
    );
    if (agrees) this.#versions.push(pair);
    return agrees;
  }
}

const TIME_KEYS = new Set([
  "creationTimestamp",
  "deletionTimestamp",
  "lastTransitionTime",
  "time",
]);
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
/** How long ago something was, in a table. */
const AGE = /^(\d+[ydhms]){1,2}$/;
const UID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A one-to-one mapping. */
class Pairs {
  readonly #fakes = new Map<string, string>();
  readonly #reals = new Map<string, string>();

  /** Adds a pair; returns false if it contradicts an earlier one. */
  add(real: string, fake: string): boolean {
    const known = this.#fakes.get(real);
    if (known !== undefined || this.#reals.has(fake)) {
      return known === fake;
    }
    this.#fakes.set(real, fake);
    this.#reals.set(fake, real);
    return true;
  }

  has(real: string, fake: string): boolean {
    return this.#fakes.get(real) === fake;
  }
}

function byName(items: readonly unknown[]): unknown[] {
  const name = (item: unknown) => isRecord(item) ? String(item.name) : "";
  return items.toSorted((a, b) => name(a) < name(b) ? -1 : 1);
}

function order(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function tokens(text: string): string[] {
  return text.split(/([^0-9a-zA-Z.:-]+)/);
}

function summary(items: readonly unknown[]): string {
  return `${items.length} items: ${JSON.stringify(items).slice(0, 600)}`;
}

function different(path: string, real: unknown, fake: unknown): string {
  return `${path}: ${text(real)} (real), ${text(fake)} (fake)`;
}

function text(value: unknown): string {
  return (JSON.stringify(value) ?? "absent").slice(0, 700);
}
