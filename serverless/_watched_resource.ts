/**
 * What a checkpoint is about: which resource, on which cluster. A
 * `RestListerWatcher` can tell both; of any other source only the kind of its
 * objects is known.
 *
 * @module
 */

import { textField } from "../internal/json_fields.ts";
import type { KubernetesObject } from "../api/types.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { CheckpointMismatchError } from "./checkpoint_errors.ts";

/** A source that can tell its cluster. */
interface ClusterSource {
  /** Returns the UID of the namespace `kube-system`. */
  clusterUid(options: { signal: AbortSignal }): Promise<unknown>;
}

/** What a source lists and watches. */
export class WatchedResource {
  readonly #source: ClusterSource | undefined;
  #resource: string;
  #cluster: string | undefined;
  #hasAsked = false;
  /** What the checkpoint says, for what is not known here. */
  #known: { resource: string; cluster: string | undefined } = {
    resource: "",
    cluster: undefined,
  };

  /**
   * Takes a source.
   *
   * @param source A lister and watcher.
   */
  constructor(source: object) {
    this.#source = isClusterSource(source) ? source : undefined;
    const resource = "resource" in source ? source.resource : undefined;
    this.#resource = typeof resource === "string" ? resource : "";
  }

  /** What a checkpoint says of it. */
  get identity(): Pick<Checkpoint, "resource" | "cluster"> {
    const cluster = this.#cluster ?? this.#known.cluster;
    return {
      resource: this.#resource || this.#known.resource,
      ...(cluster === undefined ? {} : { cluster }),
    };
  }

  /**
   * Learns the kind from an object, if the source does not say what it is.
   *
   * @param object An object of the source.
   */
  learnFrom(object: KubernetesObject): void {
    if (this.#resource !== "") return;
    const kind = textField(object, "kind");
    if (!kind) return;
    this.#resource = `${textField(object, "apiVersion") ?? "v1"}/${kind}`;
  }

  /**
   * Asks for the cluster, once.
   *
   * @param signal Aborts the request.
   * @throws What the request fails with.
   */
  async askForCluster(signal: AbortSignal): Promise<void> {
    if (this.#hasAsked || this.#source === undefined) return;
    const uid = await this.#source.clusterUid({ signal });
    this.#hasAsked = true;
    if (typeof uid === "string" && uid !== "") this.#cluster = uid;
  }

  /**
   * Compares it with a checkpoint, as far as both are known. What is not known
   * here is taken from the checkpoint.
   *
   * @param checkpoint The checkpoint.
   * @throws {CheckpointMismatchError} If it is about something else.
   */
  check({ resource, cluster }: Checkpoint): void {
    if (
      resource !== "" && this.#resource !== "" && resource !== this.#resource
    ) {
      throw new CheckpointMismatchError(
        `Cannot use the checkpoint: it is about ${resource}, not ${this.#resource}; give each resource a checkpoint of its own`,
      );
    }
    if (
      cluster !== undefined && this.#cluster !== undefined &&
      cluster !== this.#cluster
    ) {
      throw new CheckpointMismatchError(
        `Cannot use the checkpoint: it is about the cluster whose namespace kube-system has the UID ${cluster}, not ${this.#cluster}; give each cluster a checkpoint of its own`,
      );
    }
    this.#known = { resource, cluster };
  }
}

function isClusterSource(source: object): source is ClusterSource {
  return "clusterUid" in source && typeof source.clusterUid === "function";
}
