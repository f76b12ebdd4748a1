/**
 * A checkpoint in a ConfigMap of the cluster itself: no other storage is
 * needed. The server compares the version of the ConfigMap at each write.
 *
 * @module
 */

import { isRecord, textField } from "../internal/json_fields.ts";
import { resourcePath } from "../api/resource_path.ts";
import { isConflict, isNotFound } from "../api/status_predicates.ts";
import { versionOf } from "../api/_untrusted.ts";
import {
  type FetchFunction,
  RestClient,
  type TokenFunction,
} from "../rest/_rest_client.ts";
import {
  type Checkpoint,
  type CheckpointStore,
  damaged,
  isSameCheckpoint,
} from "./checkpoint.ts";
import { isAlreadyExists } from "./_already_exists.ts";
import { parseNamespacedName } from "./_namespaced_name.ts";
import {
  checkpointText,
  KnownVersions,
  parseCheckpoint,
} from "./_checkpoint_text.ts";

/** Where the ConfigMap is: `cluster.restOptions` fits. */
export interface CheckpointClient {
  /** The API server: `"https://host:6443"`, optionally with a path prefix. */
  readonly server: string | URL;
  /** The bearer token, or a function that returns it for each request. */
  readonly token?: string | TokenFunction | undefined;
  /** Headers for each request. */
  readonly headers?: ConstructorParameters<typeof Headers>[0] | undefined;
  /** Sends the requests instead of the runtime's `fetch`. */
  readonly fetch?: FetchFunction | undefined;
  /** Milliseconds to wait for each answer. */
  readonly requestTimeoutMs?: number | undefined;
}

/** A ConfigMap takes 1 MiB, what else is in it included. */
const MOST_LENGTH = 1_000_000;

const KEY = "checkpoint";

/**
 * Keeps a checkpoint in a ConfigMap, which is created if it does not exist. The
 * caller needs the permission to `get`, `create` and `update` it. A checkpoint
 * with an index of some 20,000 objects fits.
 *
 * @param client How the API server is reached: `cluster.restOptions`.
 * @param name The ConfigMap: `"namespace/name"`, or a name in `default`.
 * @returns The store.
 * @throws {TypeError} If `server` or `name` is malformed.
 *
 * @example A checkpoint in the cluster that is watched
 * ```ts
 * import {
 *   configMapCheckpoints,
 *   resumeWatch,
 * } from "@watchtools/kube/serverless";
 * import { RestListerWatcher } from "@watchtools/kube";
 * import { FakeApiServer } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new FakeApiServer();
 * const client = {
 *   server: "https://kubernetes.default.svc",
 *   fetch: server.fetch,
 * };
 * const pods = new RestListerWatcher({ ...client, path: "/api/v1/pods" });
 * const store = configMapCheckpoints(client, "jobs/pods-checkpoint");
 * await resumeWatch(pods, store, () => {}, { budgetMs: 1_000 });
 * assertEquals((await store.load())?.resource, "/api/v1/pods");
 * ```
 */
export function configMapCheckpoints(
  client: CheckpointClient,
  name: string,
): CheckpointStore {
  return new ConfigMapCheckpoints(client, name);
}

type ConfigMap = Readonly<Record<string, unknown>>;

class ConfigMapCheckpoints implements CheckpointStore {
  readonly #client: RestClient;
  readonly #namespace: string;
  readonly #name: string;
  readonly #collection: string;
  /** The whole ConfigMap: its labels are the user's. */
  readonly #known = new KnownVersions<ConfigMap>();

  constructor(client: CheckpointClient, name: string) {
    const { server, token, headers, fetch, requestTimeoutMs } = client;
    this.#client = new RestClient({
      server,
      token,
      headers,
      fetch,
      requestTimeoutMs,
    });
    const parsed = parseNamespacedName(name);
    this.#name = parsed.name;
    this.#namespace = parsed.namespace;
    this.#collection = resourcePath({
      apiVersion: "v1",
      plural: "configmaps",
      namespace: parsed.namespace,
    });
    this.#client.url(this.#path);
  }

  async load(): Promise<Checkpoint | undefined> {
    return (await this.#read())?.checkpoint;
  }

  async save(
    next: Checkpoint,
    previous: Checkpoint | undefined,
  ): Promise<boolean> {
    const text = checkpointText(next);
    if (text.length > MOST_LENGTH) {
      throw new RangeError(
        `Cannot save the checkpoint in a ConfigMap: it has ${text.length} bytes, and a ConfigMap takes 1 MiB; watch fewer objects, or use index: false`,
      );
    }
    const target = await this.#expected(previous);
    if (target === undefined) return false;
    try {
      this.#known.set(next, await this.#write(target, text));
      return true;
    } catch (error) {
      if (isConflict(error) || isAlreadyExists(error)) return false;
      // It was deleted since it was read.
      if (previous !== undefined && isNotFound(error)) return false;
      throw error;
    }
  }

  get #path(): string {
    return `${this.#collection}/${this.#name}`;
  }

  async #read(): Promise<
    { configMap: ConfigMap; checkpoint: Checkpoint | undefined } | undefined
  > {
    let configMap: unknown;
    try {
      configMap = await this.#client.json({ path: this.#path });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
    if (!isRecord(configMap) || versionOf(configMap) === undefined) {
      throw damaged("the answer is not a ConfigMap");
    }
    const text = textField(configMap, "data", KEY);
    if (text === undefined) return { configMap, checkpoint: undefined };
    const checkpoint = parseCheckpoint(text);
    if (isRecord(checkpoint)) this.#known.set(checkpoint, configMap);
    return { configMap, checkpoint };
  }

  /** What is to be written: a new ConfigMap, or the one that is there. */
  async #expected(
    previous: Checkpoint | undefined,
  ): Promise<ConfigMap | undefined> {
    const known = previous && this.#known.get(previous);
    if (known !== undefined) return known;
    const found = await this.#read();
    if (found === undefined) {
      if (previous !== undefined) return undefined;
      const { apiVersion, kind } = { apiVersion: "v1", kind: "ConfigMap" };
      const metadata = { name: this.#name, namespace: this.#namespace };
      return { apiVersion, kind, metadata };
    }
    return isSameCheckpoint(found.checkpoint, previous)
      ? found.configMap
      : undefined;
  }

  async #write(target: ConfigMap, text: string): Promise<ConfigMap> {
    const exists = versionOf(target) !== undefined;
    const data = isRecord(target.data) ? target.data : {};
    const written: unknown = await this.#client.json({
      method: exists ? "PUT" : "POST",
      path: exists ? this.#path : this.#collection,
      body: { ...target, data: { ...data, [KEY]: text } },
    });
    if (isRecord(written)) return written;
    throw damaged("the answer is not a ConfigMap");
  }
}
