/**
 * Simulates the rollout of a Deployment, as the controllers of a cluster would
 * perform it: with a ReplicaSet, Pods, and a status that is kept up to date.
 *
 * @module
 */

import type { FakeApiServer } from "../testing/fake_api_server.ts";

const NAMESPACE = "default";
const DEPLOYMENT = "web";
const REPLICA_SET = "web-7d9f8c6b54";
const PODS = ["4kz8t", "9xw2l", "vq6mn"].map((id) => `${REPLICA_SET}-${id}`);
const IMAGE = "web:2.0";
const LABELS = { app: "web" };

const DEPLOYMENTS = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;
const REPLICA_SETS = `/apis/apps/v1/namespaces/${NAMESPACE}/replicasets`;
const POD_PATH = `/api/v1/namespaces/${NAMESPACE}/pods`;

/** A simulated rollout. */
export class Rollout {
  readonly #server: FakeApiServer;
  #ready = 0;

  /**
   * Creates the Deployment, which no controller has observed yet, its
   * ReplicaSet and its Pods.
   *
   * @param server The server to create them on.
   */
  constructor(server: FakeApiServer) {
    this.#server = server;
    const { metadata: deployment } = server.create(deploymentObject());
    const { metadata: replicaSet } = server.create(replicaSetObject({
      apiVersion: "apps/v1",
      kind: "Deployment",
      name: DEPLOYMENT,
      uid: deployment?.uid ?? "",
      controller: true,
    }));
    for (const name of PODS) {
      server.create(podObject(name, {
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        name: REPLICA_SET,
        uid: replicaSet?.uid ?? "",
        controller: true,
      }));
    }
  }

  /** The controllers observe the Deployment, and the kubelet its Pods. */
  observe(): void {
    for (const name of PODS) {
      this.#server.patch(`${POD_PATH}/${name}`, {
        status: podStatus("ContainerCreating"),
      });
    }
    this.#writeStatus();
  }

  /** Another Pod becomes ready. */
  podReady(): void {
    const name = PODS[this.#ready];
    if (name === undefined) return;
    this.#ready++;
    this.#server.patch(`${POD_PATH}/${name}`, { status: podStatus("Ready") });
    this.#writeStatus();
  }

  #writeStatus(): void {
    const counts = replicaCounts(this.#ready);
    const { availableReplicas, readyReplicas, replicas } = counts;
    this.#server.patch(`${REPLICA_SETS}/${REPLICA_SET}`, {
      status: {
        observedGeneration: 1,
        replicas,
        fullyLabeledReplicas: replicas,
        readyReplicas,
        availableReplicas,
      },
    });
    this.#server.patch(`${DEPLOYMENTS}/${DEPLOYMENT}`, {
      status: {
        observedGeneration: 1,
        ...counts,
        conditions: [available(this.#ready), progressing(this.#ready)],
      },
    });
  }
}

function deploymentObject() {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: DEPLOYMENT,
      namespace: NAMESPACE,
      labels: LABELS,
      annotations: { "deployment.kubernetes.io/revision": "1" },
    },
    spec: {
      replicas: PODS.length,
      selector: { matchLabels: LABELS },
      template: podTemplate(),
    },
  };
}

interface Owner {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller: boolean;
}

function replicaSetObject(owner: Owner) {
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: REPLICA_SET,
      namespace: NAMESPACE,
      labels: LABELS,
      ownerReferences: [owner],
    },
    spec: {
      replicas: PODS.length,
      selector: { matchLabels: LABELS },
      template: podTemplate(),
    },
  };
}

function podTemplate() {
  return {
    metadata: { labels: LABELS },
    spec: { containers: [{ name: "web", image: IMAGE }] },
  };
}

function podObject(name: string, owner: Owner) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: NAMESPACE,
      labels: LABELS,
      ownerReferences: [owner],
    },
    spec: podTemplate().spec,
    status: { phase: "Pending" },
  };
}

function podStatus(state: "ContainerCreating" | "Ready") {
  const ready = state === "Ready";
  const unready = ready ? {} : {
    reason: "ContainersNotReady",
    message: "containers with unready status: [web]",
  };
  return {
    phase: ready ? "Running" : "Pending",
    conditions: [
      condition("PodScheduled", true),
      { ...condition("ContainersReady", ready), ...unready },
      { ...condition("Ready", ready), ...unready },
    ],
    containerStatuses: [{
      name: "web",
      image: IMAGE,
      ready,
      restartCount: 0,
      // In a merge patch, null removes the previous state.
      state: ready
        ? { waiting: null, running: { startedAt: timestamp() } }
        : { waiting: { reason: state } },
    }],
  };
}

function replicaCounts(ready: number) {
  return {
    replicas: PODS.length,
    updatedReplicas: PODS.length,
    readyReplicas: ready,
    availableReplicas: ready,
    unavailableReplicas: PODS.length - ready,
  };
}

function available(ready: number) {
  // A maxUnavailable of 25% rounds down to 0 of 3 replicas.
  const enough = ready === PODS.length;
  return {
    ...condition("Available", enough),
    reason: enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
    message: enough
      ? "Deployment has minimum availability."
      : "Deployment does not have minimum availability.",
  };
}

function progressing(ready: number) {
  const complete = ready === PODS.length;
  return {
    ...condition("Progressing", true),
    reason: complete ? "NewReplicaSetAvailable" : "ReplicaSetUpdated",
    message: complete
      ? `ReplicaSet "${REPLICA_SET}" has successfully progressed.`
      : `ReplicaSet "${REPLICA_SET}" is progressing.`,
  };
}

function condition(type: string, holds: boolean) {
  return {
    type,
    status: holds ? "True" : "False",
    lastTransitionTime: timestamp(),
  };
}

function timestamp(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
