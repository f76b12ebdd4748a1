/**
 * Reads and writes the Leases of one sharing.
 *
 * @module
 */

import { resourcePath } from "../api/resource_path.ts";
import { type JsonRecord, textField } from "../internal/json_fields.ts";
import { RestClient } from "../rest/_rest_client.ts";
import { RestListerWatcher } from "../rest/rest_lister_watcher.ts";
import {
  type Lease,
  type LeaseClaim,
  type LeaseRole,
  NAME_LABEL,
  newLease,
  readLease,
} from "./_lease.ts";
import type { CheckpointClient } from "./config_map_checkpoints.ts";
import type { NamespacedName } from "./_namespaced_name.ts";

/** The Leases of one sharing. */
export class LeaseClient {
  /** Lists and watches them. */
  readonly listerWatcher: RestListerWatcher;
  readonly #client: RestClient;
  readonly #collection: string;
  readonly #sharing: NamespacedName;

  /**
   * Creates a client. It sends no request yet.
   *
   * @param options How the API server is reached.
   * @param sharing The name of the sharing.
   * @throws {TypeError} If an option is malformed.
   */
  constructor(options: CheckpointClient, sharing: NamespacedName) {
    const { server, token, headers, fetch, requestTimeoutMs } = options;
    const common = { server, token, headers, fetch, requestTimeoutMs };
    this.#sharing = sharing;
    this.#collection = resourcePath({
      apiVersion: "coordination.k8s.io/v1",
      plural: "leases",
      namespace: sharing.namespace,
    });
    this.#client = new RestClient(common);
    this.listerWatcher = new RestListerWatcher({
      ...common,
      path: this.#collection,
      labelSelector: `${NAME_LABEL}=${sharing.name}`,
    });
  }

  /**
   * Reads a Lease.
   *
   * @param name Its name.
   * @param signal Aborts the request.
   * @returns It.
   */
  async read(name: string, signal?: AbortSignal): Promise<Lease> {
    return await this.#request("GET", name, { signal });
  }

  /**
   * Reads all Leases, as they are now.
   *
   * @param signal Aborts the request.
   * @returns They.
   */
  async list(signal: AbortSignal): Promise<Lease[]> {
    const { items } = await this.listerWatcher.list({ signal });
    return items.flatMap((item) => readLease(item) ?? []);
  }

  /**
   * Creates a Lease.
   *
   * @param target Its name and its role.
   * @param claim Who holds it.
   * @param signal Aborts the request.
   * @returns It.
   */
  async create(
    target: { readonly name: string; readonly role: LeaseRole },
    claim: LeaseClaim,
    signal?: AbortSignal,
  ): Promise<Lease> {
    const { namespace, name: sharing } = this.#sharing;
    const body = newLease({ namespace, sharing, ...target }, claim);
    return await this.#request("POST", undefined, { body, signal });
  }

  /**
   * Replaces a Lease, unless it has changed since it was read.
   *
   * @param body The Lease, with the version that it was read at.
   * @param signal Aborts the request.
   * @returns The new one.
   */
  async replace(body: JsonRecord, signal?: AbortSignal): Promise<Lease> {
    const name = textField(body, "metadata", "name");
    return await this.#request("PUT", name, { body, signal });
  }

  /**
   * Deletes a Lease, unless it has changed since it was read.
   *
   * @param lease The Lease.
   * @param signal Aborts the request.
   */
  async delete(lease: Lease, signal?: AbortSignal): Promise<void> {
    await this.#client.json({
      method: "DELETE",
      path: `${this.#collection}/${lease.name}`,
      body: {
        apiVersion: "v1",
        kind: "DeleteOptions",
        preconditions: {
          uid: textField(lease.object, "metadata", "uid"),
          resourceVersion: textField(
            lease.object,
            "metadata",
            "resourceVersion",
          ),
        },
      },
      signal,
    });
  }

  async #request(
    method: "GET" | "POST" | "PUT",
    name: string | undefined,
    parts: { body?: JsonRecord; signal?: AbortSignal | undefined },
  ): Promise<Lease> {
    const collection = this.#collection;
    const answer = await this.#client.json({
      method,
      path: name === undefined ? collection : `${collection}/${name}`,
      ...parts,
    });
    const lease = readLease(answer);
    if (lease !== undefined) return lease;
    throw new TypeError(
      `Cannot understand the answer to ${method} ${collection}: it is not a Lease`,
    );
  }
}
