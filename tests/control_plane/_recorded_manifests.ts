/**
 * The objects that `record_objects.ts` creates: one of many kinds, with all that
 * JSON can hold in places where users write it.
 *
 * @module
 */

/** An object to create. */
type Manifest = Readonly<Record<string, unknown>>;

const labels = { recorded: "yes", app: "web" };

/** Texts that are hard to read for whoever does not parse them. */
const TEXTS = {
  "quotes": 'a "quoted" \\ text\\',
  "control": "tab\t, line\nend\r\n, \u0001 and \u007f",
  "html": "<a href='x'>&amp;</a>",
  "unicode": "é, 漢字, 🎈, \u2028, \u2029, \ufeff",
  "json": '{"type":"DELETED","object":{"metadata":{"name":"other"}}}',
  "brackets": "}]},{[{",
  "long": "configuration ".repeat(40),
  "empty": "",
};

/**
 * Returns the objects to create, in the order in which they can be.
 *
 * @param namespace The namespace for them.
 * @returns Groups of objects; each needs those before it.
 */
export function recordedManifests(namespace: string): Manifest[][] {
  return [
    [
      {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: namespace, labels },
      },
      widgetDefinition(),
    ],
    [...configuration(namespace), ...workloads(namespace), ...other(namespace)],
  ];
}

function meta(namespace: string, name: string): Manifest {
  return { namespace, name, labels };
}

function configuration(namespace: string): Manifest[] {
  const kind = { apiVersion: "v1", kind: "ConfigMap" };
  return [
    { ...kind, metadata: meta(namespace, "plain"), data: { step: "1" } },
    {
      ...kind,
      metadata: {
        ...meta(namespace, "texts"),
        annotations: { "recorded.example/note": TEXTS.quotes + TEXTS.unicode },
      },
      data: TEXTS,
      binaryData: { bytes: btoa("\0\x01\xff") },
      immutable: true,
    },
    {
      apiVersion: "recorded.example/v1",
      kind: "Widget",
      metadata: meta(namespace, "widget"),
      spec: {
        metadata: { name: "nested", managedFields: [{ manager: "none" }] },
        numbers: [0, -1, 1.5, 1e21, -2.5e-7, 9007199254740991],
        texts: TEXTS,
        empty: [{}, [], [[]], null, true, false],
        'a "key" \\ with é': { "": "" },
      },
    },
  ];
}

function podSpec(): Manifest {
  return {
    containers: [{
      name: "web",
      image: "images.example/web:1.0",
      command: ["sh", "-c", 'echo "ready" && sleep 1d'],
      env: [
        { name: "MODE", value: "production" },
        {
          name: "POD",
          valueFrom: { fieldRef: { fieldPath: "metadata.name" } },
        },
      ],
      ports: [{ containerPort: 8080 }],
      readinessProbe: { httpGet: { path: "/ready", port: 8080 } },
      resources: { requests: { cpu: "10m", memory: "16Mi" } },
    }],
    tolerations: [{ operator: "Exists", key: "recorded.example/any" }],
  };
}

function workloads(namespace: string): Manifest[] {
  const selector = { matchLabels: { app: "web" } };
  const template = { metadata: { labels }, spec: podSpec() };
  const once = { ...template, spec: { ...podSpec(), restartPolicy: "Never" } };
  const apps = "apps/v1";
  const batch = "batch/v1";
  return [
    {
      apiVersion: apps,
      kind: "Deployment",
      metadata: meta(namespace, "web"),
      spec: { replicas: 1, selector, template },
    },
    {
      apiVersion: apps,
      kind: "StatefulSet",
      metadata: meta(namespace, "store"),
      spec: { replicas: 1, serviceName: "web", selector, template },
    },
    {
      apiVersion: batch,
      kind: "Job",
      metadata: meta(namespace, "task"),
      spec: { suspend: true, template: once },
    },
    {
      apiVersion: batch,
      kind: "CronJob",
      metadata: meta(namespace, "nightly"),
      spec: {
        schedule: "0 3 * * *",
        jobTemplate: { spec: { template: once } },
      },
    },
  ];
}

function other(namespace: string): Manifest[] {
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: meta(namespace, "web"),
      spec: {
        selector: { app: "web" },
        ports: [{ port: 80, targetPort: 8080 }],
      },
    },
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: meta(namespace, "data"),
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "1Gi" } },
      },
    },
    {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: meta(namespace, "web"),
      spec: {
        scaleTargetRef: {
          apiVersion: "apps/v1",
          kind: "Deployment",
          name: "web",
        },
        maxReplicas: 1,
      },
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: meta(namespace, "web"),
      spec: {
        defaultBackend: { service: { name: "web", port: { number: 80 } } },
      },
    },
    {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: meta(namespace, "leader"),
      spec: { holderIdentity: "web-0", leaseDurationSeconds: 15 },
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: meta(namespace, "reader"),
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] }],
    },
  ];
}

function widgetDefinition(): Manifest {
  const names = { plural: "widgets", singular: "widget", kind: "Widget" };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "widgets.recorded.example", labels },
    spec: {
      group: "recorded.example",
      scope: "Namespaced",
      names,
      versions: [{
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            "x-kubernetes-preserve-unknown-fields": true,
          },
        },
      }],
    },
  };
}
