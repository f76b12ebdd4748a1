/**
 * The life of namespaces: they have to exist, on a server that says so; no
 * object can be created in one that is being deleted; and what is in it is
 * deleted with it, as by the namespace controller.
 *
 * @module
 */

import { StatusError } from "../api/status_error.ts";
import { field } from "../internal/json_fields.ts";
import type { Change, FakeStore } from "./_fake_store.ts";
import { activeNamespace } from "./_namespace_objects.ts";
import type { ObjectAddress } from "./_object_address.ts";
import { keyOf, now, type Objects } from "./_objects.ts";
import type { Resources } from "./_resources.ts";
import { failure, notFound, qualifiedName } from "./_statuses.ts";
import type { StoredObject } from "./stored_object.ts";

const PREFIX = "/namespaces/";
const INITIAL = ["kube-system", "kube-public", "kube-node-lease", "default"];

/** The namespaces of a server. */
export class Namespaces {
  readonly #store: FakeStore<StoredObject>;
  readonly #objects: Objects;
  readonly #resources: Resources;
  readonly #required: boolean;
  /** The namespaces whose contents are being deleted. */
  readonly #ending = new Set<string>();

  /**
   * Follows the namespaces of a store.
   *
   * @param store The store.
   * @param objects Writes to the store.
   * @param resources The resources of the server.
   * @param required Whether objects are only created in namespaces that exist.
   */
  constructor(
    store: FakeStore<StoredObject>,
    objects: Objects,
    resources: Resources,
    required: boolean,
  ) {
    this.#store = store;
    this.#objects = objects;
    this.#resources = resources;
    this.#required = required;
    store.subscribe((change) => this.#changed(change));
  }

  /** Creates the namespaces that every cluster has. */
  createInitial(): void {
    const info = this.#resources.byPlural("", "v1", "namespaces");
    if (info === undefined) return;
    for (const name of INITIAL) {
      const namespace = { apiVersion: "v1", kind: "Namespace" };
      const metadata = { name };
      this.#objects.create(
        { info, namespace: undefined, name },
        activeNamespace({ ...namespace, metadata }),
        { writer: { manager: "kube-apiserver", time: now() } },
      );
    }
  }

  /** Throws if no object can be created in a namespace. */
  checkCreate({ info, namespace, name }: ObjectAddress): void {
    if (namespace === undefined) return;
    const found = this.#store.get(PREFIX + namespace);
    if (found === undefined) {
      if (!this.#required) return;
      throw notFound({ group: "", resource: "namespaces" }, namespace);
    }
    if (found.metadata?.deletionTimestamp === undefined) return;
    throw new StatusError(failure(
      403,
      "Forbidden",
      `${qualifiedName(info)} ${
        JSON.stringify(name)
      } is forbidden: unable to ` +
        `create new content in namespace ${namespace} because it is being ` +
        "terminated",
      {
        name,
        ...(info.group === "" ? {} : { group: info.group }),
        kind: info.resource,
        causes: [{
          reason: "NamespaceTerminating",
          message: `namespace ${namespace} is being terminated`,
          field: "metadata.namespace",
        }],
      },
    ));
  }

  #changed({ key, type, object }: Change<StoredObject>): void {
    if (key.startsWith(PREFIX)) {
      const name = key.slice(PREFIX.length);
      if (type === "DELETED") {
        this.#ending.delete(name);
        queueMicrotask(() => this.#deleteContents(name));
      } else if (object.metadata?.deletionTimestamp !== undefined) {
        this.#end(name);
      }
    } else if (this.#ending.size > 0 && type !== "ADDED") {
      const { namespace } = object.metadata ?? {};
      if (namespace !== undefined && this.#ending.has(namespace)) {
        this.#end(namespace);
      }
    }
  }

  /** Deletes what is in a namespace, and then the namespace itself. */
  #end(name: string): void {
    this.#ending.add(name);
    queueMicrotask(() => {
      if (!this.#ending.has(name)) return;
      this.#deleteContents(name);
      if (this.#contents(name).length === 0) this.#finish(name);
    });
  }

  #deleteContents(name: string): void {
    for (const [key, object] of this.#contents(name)) {
      const address = this.#addressOf(key, object);
      const isMarked = object.metadata?.deletionTimestamp !== undefined;
      if (address === undefined || isMarked) continue;
      if (this.#objects.find(address) !== undefined) {
        this.#objects.delete(address);
      }
    }
  }

  #contents(name: string): [string, StoredObject][] {
    return (this.#store.entries("") ?? []).filter(([, { metadata }]) =>
      metadata?.namespace === name
    );
  }

  #addressOf(key: string, object: StoredObject): ObjectAddress | undefined {
    const [group = "", resource = "", namespace, name] = key.split("/");
    const [version = ""] = (object.apiVersion ?? "").split("/").reverse();
    const info = this.#resources.byPlural(group, version, resource);
    if (info === undefined || name === undefined) return undefined;
    return { info, namespace, name };
  }

  #finish(name: string): void {
    const info = this.#resources.byPlural("", "v1", "namespaces");
    const namespace = this.#store.get(PREFIX + name);
    if (info === undefined || namespace === undefined) return;
    const address = { info, namespace: undefined, name };
    if (this.#store.get(keyOf(info, undefined, name)) === undefined) return;
    if (field(namespace, "spec", "finalizers") === undefined) return;
    this.#objects.update(address, { ...namespace, spec: {} });
  }
}
