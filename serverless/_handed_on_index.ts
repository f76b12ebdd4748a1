/**
 * Which objects have been handed on, at which version: what a list is compared
 * with once the versions in between are gone.
 *
 * The index is a sorted list, in which a key says how much it shares with the
 * one before, and a log of changes, so that an event costs one short text and
 * not 10,000 entries. The log is merged into the list when it has grown to a
 * quarter of it. Nothing is unpacked before there is something to compare.
 *
 * UIDs and versions stay packed in memory: they are only compared.
 *
 * @module
 */

import { metaNamespaceKey } from "../api/meta_namespace_key.ts";
import { identityOfObject } from "../api/_untrusted.ts";
import type {
  ChangeEvent,
  KubernetesObject,
  ObjectIdentity,
} from "../api/types.ts";
import { type CheckpointIndex, damaged } from "./checkpoint.ts";
import {
  addToChecksum,
  EMPTY_CHECKSUM,
  escapeText,
  packUid,
  packVersion,
  unescapeText,
  unpackUid,
} from "./_packed_text.ts";

/** Instead of a version: it may have been handed on, or not. */
const ANNOUNCED = "!";

type Identity = Partial<ObjectIdentity>;

/** The log is not merged into the list before it has so many characters. */
const LEAST_LOG = 4096;

/** A change between an index and a list. */
export type IndexChange<T extends KubernetesObject> =
  | { readonly type: "MODIFIED"; readonly object: T }
  | {
    readonly type: "ADDED";
    readonly object: T;
    /** Whether an object of the same key is in the index until then. */
    readonly replaces: boolean;
  }
  | {
    readonly type: "DELETED";
    readonly name: string;
    readonly namespace: string | undefined;
    readonly uid: string | undefined;
  };

/** The objects that have been handed on. */
export class HandedOnIndex {
  /** Whether everything up to the version of the checkpoint is in it. */
  complete = false;
  #objects = "";
  #changes = "";
  /** Of both texts. */
  #checksum = EMPTY_CHECKSUM;

  /**
   * Takes up the index of a checkpoint.
   *
   * @param saved The index.
   * @returns The index.
   * @throws {CheckpointMismatchError} If it is damaged.
   */
  static from(saved: CheckpointIndex): HandedOnIndex {
    const { complete, objects, changes, checksum } = saved;
    const expected = addToChecksum(
      changes,
      addToChecksum(objects, EMPTY_CHECKSUM),
    );
    if (checksum !== expected) throw damaged("its index has been changed");
    const index = new HandedOnIndex();
    index.complete = complete;
    index.#objects = objects;
    index.#changes = changes;
    index.#checksum = checksum;
    return index;
  }

  /** Adds an object, or its new version. */
  set(object: KubernetesObject): void {
    this.add(entryOf({ type: "ADDED", object }));
  }

  /** Adds what {@linkcode entryOf} has said of an event. */
  add(entry: string): void {
    this.#log(entry);
  }

  /** Notes that an object is about to be handed on for the first time. */
  announce(object: KubernetesObject): void {
    const identity = identityOfObject(object);
    const uid = packUid(identity.uid ?? "");
    this.#log(`+${keyOf(object, identity)} ${uid} ${ANNOUNCED},`);
  }

  /** What a checkpoint keeps. */
  toCheckpoint(): CheckpointIndex {
    const { length } = this.#changes;
    if (length > Math.max(LEAST_LOG, this.#objects.length / 4)) this.compact();
    return {
      complete: this.complete,
      objects: this.#objects,
      changes: this.#changes,
      checksum: this.#checksum,
    };
  }

  /** Merges the log into the list. */
  compact(): void {
    this.#objects = packList(this.#unpack());
    this.#changes = "";
    this.#checksum = addToChecksum(this.#objects, EMPTY_CHECKSUM);
  }

  /**
   * Compares the index with a list. Reads nothing of the index while the
   * changes are iterated over, so that each may be added to it.
   *
   * @typeParam T Type of the objects.
   * @param items The items of the list.
   * @returns What has to be handed on: what is gone first, then what is new or
   *   has changed, in list order. An object whose UID has changed is gone and
   *   new.
   */
  *changesTo<T extends KubernetesObject>(
    items: readonly T[],
  ): Generator<IndexChange<T>, void, undefined> {
    const known = this.#unpack();
    const pending: IndexChange<T>[] = [];
    const gone = new Map(known);
    for (const object of items) {
      const identity = identityOfObject(object);
      const key = keyOf(object, identity);
      const before = known.get(key);
      gone.delete(key);
      if (before === undefined) {
        pending.push({ type: "ADDED", object, replaces: false });
        continue;
      }
      const now = stateOf(identity);
      if (before === now) continue;
      if (uidPart(before) === uidPart(now)) {
        pending.push(
          before.endsWith(` ${ANNOUNCED}`)
            ? { type: "ADDED", object, replaces: false }
            : { type: "MODIFIED", object },
        );
      } else {
        pending.push(deletion(key, before));
        pending.push({ type: "ADDED", object, replaces: true });
      }
    }
    for (const [key, before] of gone) yield deletion(key, before);
    yield* pending;
  }

  #log(change: string): void {
    this.#changes += change;
    this.#checksum = addToChecksum(change, this.#checksum);
  }

  /** The states by escaped key. */
  #unpack(): Map<string, string> {
    const known = new Map<string, string>();
    let key = "";
    for (const entry of entriesOf(this.#objects)) {
      const space = entry.indexOf(" ");
      const shared = parseInt(entry.slice(0, 2), 36);
      if (space < 2 || !(shared <= key.length)) throw unreadable();
      key = key.slice(0, shared) + entry.slice(2, space);
      known.set(key, entry.slice(space + 1));
    }
    for (const entry of entriesOf(this.#changes)) {
      if (entry.startsWith("-")) {
        known.delete(entry.slice(1));
        continue;
      }
      const space = entry.indexOf(" ");
      if (space < 1) throw unreadable();
      known.set(entry.slice(1, space), entry.slice(space + 1));
    }
    return known;
  }
}

/**
 * What an index has to say of an event, once that has been handed on. It is asked
 * for before, since a handler may change the object.
 *
 * @param event The event.
 * @returns The entry.
 */
export function entryOf({ type, object }: ChangeEvent): string {
  const identity = identityOfObject(object);
  const key = keyOf(object, identity);
  return type === "DELETED" ? `-${key},` : `+${key} ${stateOf(identity)},`;
}

/** Two digits to the base of 36 say how much a key shares with the last one. */
const MOST_SHARED = 36 * 36 - 1;

function packList(known: ReadonlyMap<string, string>): string {
  const packed: string[] = [];
  let last = "";
  for (const key of [...known.keys()].sort()) {
    const shared = Math.min(sharedPrefix(last, key), MOST_SHARED);
    const digits = shared.toString(36).padStart(2, "0");
    packed.push(`${digits}${key.slice(shared)} ${known.get(key)},`);
    last = key;
  }
  return packed.join("");
}

function sharedPrefix(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}

function entriesOf(text: string): string[] {
  if (text === "") return [];
  const entries = text.split(",");
  // Each entry ends with a comma.
  if (entries.pop() !== "") throw unreadable();
  return entries;
}

/** The escaped key. */
function keyOf(object: KubernetesObject, identity: Identity): string {
  const { name, namespace } = identity;
  // It has the words for an object without a name.
  if (name === undefined) return metaNamespaceKey(object);
  return escapeText(namespace === undefined ? name : `${namespace}/${name}`);
}

function stateOf({ uid = "", resourceVersion = "" }: Identity): string {
  return `${packUid(uid)} ${packVersion(resourceVersion)}`;
}

function uidPart(packed: string): string {
  return packed.slice(0, packed.indexOf(" "));
}

function deletion<T extends KubernetesObject>(
  escapedKey: string,
  packed: string,
): IndexChange<T> {
  const key = unescapeText(escapedKey);
  const uid = unpackUid(uidPart(packed));
  if (uid === undefined) throw unreadable();
  const slash = key.indexOf("/");
  return {
    type: "DELETED",
    name: key.slice(slash + 1),
    namespace: slash < 0 ? undefined : key.slice(0, slash),
    uid: uid === "" ? undefined : uid,
  };
}

function unreadable(): Error {
  return damaged("an entry of its index cannot be read");
}
