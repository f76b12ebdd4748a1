/**
 * Counts what a peer got wrong in one run, from what it reported and from what
 * really happened.
 *
 * There are two contracts. A consumer of a watch is promised each change once,
 * up to where the watch says that it cannot continue: what happened from there
 * to the version of the next list is not counted as lost. The consumer of a
 * cache is promised the last state of each object, and never one that it has
 * seen: a cache may skip states. It is free to report the deletion of an object
 * before or after its successor of the same name.
 *
 * @module
 */

import type { PeerReport, Versions } from "./_messages.ts";

/** What a peer promises. */
export type Contract = "each change" | "last state";

/** A change that has really happened. */
export interface Change {
  /** What happened. */
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  /** The object. */
  readonly name: string;
  /** The version. */
  readonly version: number;
}

/** What a run came to. */
export interface Outcome {
  /** The changes, or last states, that were not delivered. */
  readonly lost: number;
  /** The events delivered again, or with an older state than before. */
  readonly repeated: number;
  /** The events of changes that have not happened. */
  readonly invented: number;
  /** How often the peer said that it could not continue. */
  readonly ended: number;
  /** Whether its cache was wrong at the end; undefined without a cache. */
  readonly isCacheWrong: boolean | undefined;
  /** Whether the last object was never reported. */
  readonly hangs: boolean;
  /** Why it ended, and each event that was counted as wrong. */
  readonly notes: readonly string[];
}

/** A state of an object. */
interface State {
  readonly uid: string;
  readonly version: number;
}

/** The account of one run. */
export class Account {
  readonly #contract: Contract;
  readonly #lastName: string;
  readonly #changes = new Map<number, Change>();
  readonly #current = new Map<string, number>();
  /** Versions that have been delivered, or need not be. */
  readonly #settled = new Set<number>();
  /** What the events say that there is, by name. */
  readonly #built = new Map<string, State>();
  /** The latest version delivered of each object, by UID. */
  readonly #latest = new Map<string, number>();
  readonly #notes: string[] = [];
  /** The version up to which the consumer has heard of everything. */
  #position: number | undefined;
  #repeated = 0;
  #invented = 0;
  #ended = 0;
  #isCacheWrong: boolean | undefined;

  /**
   * Opens an account.
   *
   * @param contract What the peer promises.
   * @param lastName The name of the last object.
   */
  constructor(contract: Contract, lastName: string) {
    this.#contract = contract;
    this.#lastName = lastName;
  }

  /** Whether the last object has been reported. */
  get hasLast(): boolean {
    return this.#built.has(this.#lastName);
  }

  /** Enters a change that has really happened. */
  changed(change: Change): void {
    this.#changes.set(change.version, change);
    if (change.type === "DELETED") this.#current.delete(change.name);
    else this.#current.set(change.name, change.version);
  }

  /** Enters what the peer has reported. */
  reported(message: PeerReport): void {
    switch (message.type) {
      case "listed":
        return this.#listed(Number(message.version), message.objects);
      case "synced":
        return;
      case "ended":
        this.#ended++;
        this.#notes.push(`ended: ${message.why}`);
        return;
      case "cache":
        return this.#cached(message.objects);
      default:
        return this.#delivered(message.type, message.name, {
          uid: message.uid,
          version: Number(message.version),
        });
    }
  }

  /** Closes the account. */
  outcome(): Outcome {
    return {
      lost: this.#lost(),
      repeated: this.#repeated,
      invented: this.#invented,
      ended: this.#ended,
      isCacheWrong: this.#isCacheWrong,
      hangs: !this.hasLast,
      notes: this.#notes,
    };
  }

  #listed(version: number, objects: Versions): void {
    for (const each of this.#changes.keys()) {
      if (each <= version) this.#settled.add(each);
    }
    this.#position = version;
    this.#built.clear();
    for (const [name, at] of Object.entries(objects)) {
      this.#built.set(name, { uid: "", version: Number(at) });
    }
  }

  #delivered(type: Change["type"], name: string, state: State): void {
    const isNew = this.#contract === "each change"
      ? this.#isNextChange(name, state)
      : this.#isNewState(type, name, state);
    if (!isNew) {
      this.#repeated++;
      this.#notes.push(`repeated: ${type} ${name} at ${state.version}`);
    } else if (type !== "DELETED") {
      this.#built.set(name, state);
    } else if (
      this.#contract === "each change" ||
      this.#built.get(name)?.uid === state.uid
    ) this.#built.delete(name);
  }

  /** Whether an event of a watch is new; also enters it. */
  #isNextChange(name: string, { version }: State): boolean {
    if (version <= (this.#position ?? 0)) return false;
    this.#checkTruth(name, version);
    this.#settled.add(version);
    this.#position = version;
    return true;
  }

  /** Whether an event of a cache is new; also enters it. */
  #isNewState(
    type: Change["type"],
    name: string,
    { uid, version }: State,
  ): boolean {
    const latest = this.#latest.get(uid);
    if (type === "DELETED") {
      // One that a list has shown carries the last state known before.
      const isNew = latest !== undefined && latest !== Infinity;
      this.#latest.set(uid, Infinity);
      return isNew;
    }
    this.#checkTruth(name, version);
    this.#latest.set(uid, Math.max(latest ?? 0, version));
    return version > (latest ?? 0);
  }

  #checkTruth(name: string, version: number): void {
    if (this.#changes.get(version)?.name === name) return;
    this.#invented++;
    this.#notes.push(`invented: ${name} at ${version}`);
  }

  #cached(objects: Versions | null | undefined): void {
    if (this.#contract === "each change") return;
    const held = Object.entries(objects ?? this.#versions());
    const [found, wanted] = [textOf(held), textOf(this.#current)];
    this.#isCacheWrong = found !== wanted;
    if (this.#isCacheWrong) this.#notes.push(`cache: ${found} for ${wanted}`);
  }

  #versions(): Versions {
    return Object.fromEntries(
      Array.from(this.#built, ([name, { version }]) => [name, `${version}`]),
    );
  }

  /** What comes after the last event is not lost: the wait for it hangs. */
  #lost(): number {
    if (this.#contract === "last state") return this.#lostStates();
    const lost = [...this.#changes.values()].filter(({ version }) =>
      version <= (this.#position ?? 0) && !this.#settled.has(version)
    );
    for (const { type, name, version } of lost) {
      this.#notes.push(`lost: ${type} ${name} at ${version}`);
    }
    return lost.length;
  }

  #lostStates(): number {
    if (!this.hasLast) return 0;
    const names = new Set([...this.#built.keys(), ...this.#current.keys()]);
    let lost = 0;
    for (const name of names) {
      const found = this.#built.get(name)?.version;
      const wanted = this.#current.get(name);
      if (found === wanted) continue;
      lost++;
      this.#notes.push(`lost: ${name} at ${wanted}, last delivered: ${found}`);
    }
    return lost;
  }
}

function textOf(versions: Iterable<readonly [string, unknown]>): string {
  return Array.from(versions, ([name, at]) => `${name}@${at}`).sort()
    .join(" ");
}
