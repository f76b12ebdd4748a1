/**
 * The pods of the benchmarks: 4 to 5 KB each, mostly `managedFields`,
 * environment variables and conditions, as in a real cluster.
 *
 * @module
 */

/**
 * Returns an event as a line of a watch body.
 *
 * @param index The number of the pod.
 * @returns The line, including the line break.
 */
export function podEventLine(index: number): string {
  const object = {
    apiVersion: "v1",
    kind: "Pod",
    ...pod(index, 1000 + index, 20),
  };
  return `${JSON.stringify({ type: "MODIFIED", object })}\n`;
}

/**
 * Returns a pod as an item of a list, without `apiVersion` and `kind`.
 *
 * @param index The number of the pod.
 * @param version Its resource version.
 * @param settings The number of environment variables per container.
 * @returns The pod: about 4 KB with ten settings, 5 KB with twenty.
 */
export function pod(index: number, version: number, settings = 10): object {
  const name = `web-${index}`;
  return {
    metadata: {
      name,
      namespace: "default",
      uid: `6f2f3c1e-0000-4000-8000-${String(index).padStart(12, "0")}`,
      resourceVersion: String(version),
      creationTimestamp: "2026-01-01T00:00:00Z",
      labels: { app: "web", "pod-template-hash": `7d9f${index % 97}` },
      managedFields: ["kube-scheduler", "kubelet", "kube-controller-manager"]
        .map((manager) => managedFields(manager)),
    },
    spec: {
      nodeName: `node-${index % 100}`,
      containers: ["app", "proxy", "logger"].map((container) => ({
        name: container,
        image: `images.example/${container}:1.${index % 10}`,
        env: Array.from({ length: settings }, (_, variable) => ({
          name: `SETTING_${variable}`,
          value: `value-${variable}-of-${name}`,
        })),
        resources: { requests: { cpu: "100m", memory: "128Mi" } },
      })),
    },
    status: {
      phase: "Running",
      podIP: `10.0.${index % 250}.${index % 199}`,
      conditions: ["Ready", "Initialized", "ContainersReady", "PodScheduled"]
        .map((type) => ({
          type,
          status: "True",
          lastProbeTime: null,
          lastTransitionTime: "2026-01-01T00:00:00Z",
        })),
    },
  };
}

function managedFields(manager: string): unknown {
  const conditions = ["Ready", "Initialized", "ContainersReady"].map((type) => [
    `k:{"type":"${type}"}`,
    { ".": {}, "f:lastProbeTime": {}, "f:status": {}, "f:type": {} },
  ]);
  return {
    manager,
    operation: "Update",
    apiVersion: "v1",
    time: "2026-01-01T00:00:00Z",
    fieldsType: "FieldsV1",
    fieldsV1: {
      "f:status": {
        "f:conditions": Object.fromEntries(conditions),
        "f:phase": {},
        "f:podIP": {},
        "f:startTime": {},
      },
    },
  };
}
