/**
 * The built-in resources of Kubernetes, which are found by plural or singular
 * name or by kind without asking the server. All others, and what a short name
 * means, are found by API discovery (`resource_finder.ts`), which takes more
 * requests.
 *
 * @module
 */

/** A resource. */
export interface ResourceType {
  /** Plural name, as in paths: `"deployments"`. */
  readonly plural: string;
  /** API group; empty for the core group. */
  readonly group: string;
  /** Version in the group. */
  readonly version: string;
  /** Whether its objects live in namespaces. */
  readonly namespaced: boolean;
  /** Whether it comes from the table of built-in resources. */
  readonly builtIn: boolean;
}

/** A built-in resource. */
export interface BuiltInResource extends ResourceType {
  /** The kind of its objects. */
  readonly kind: string;
  /** Its plural and singular names. */
  readonly fullNames: readonly string[];
  /** Its short names. */
  readonly shortNames: readonly string[];
}

/** `Kind plural short…`, in the order in which `kubectl` resolves names. */
const NAMESPACED: Readonly<Record<string, string>> = {
  "v1": "Pod pods po, Service services svc, ConfigMap configmaps cm," +
    "Secret secrets, ServiceAccount serviceaccounts sa," +
    "PersistentVolumeClaim persistentvolumeclaims pvc," +
    "Endpoints endpoints ep, Event events ev, LimitRange limitranges limits," +
    "PodTemplate podtemplates," +
    "ReplicationController replicationcontrollers rc," +
    "ResourceQuota resourcequotas quota",
  "apps/v1": "Deployment deployments deploy, ReplicaSet replicasets rs," +
    "StatefulSet statefulsets sts, DaemonSet daemonsets ds," +
    "ControllerRevision controllerrevisions",
  "batch/v1": "Job jobs, CronJob cronjobs cj",
  "autoscaling/v2": "HorizontalPodAutoscaler horizontalpodautoscalers hpa",
  "networking.k8s.io/v1": "Ingress ingresses ing," +
    "NetworkPolicy networkpolicies netpol",
  "policy/v1": "PodDisruptionBudget poddisruptionbudgets pdb",
  "coordination.k8s.io/v1": "Lease leases",
  "discovery.k8s.io/v1": "EndpointSlice endpointslices",
  "events.k8s.io/v1": "Event events ev",
  "rbac.authorization.k8s.io/v1": "Role roles, RoleBinding rolebindings",
  "resource.k8s.io/v1": "ResourceClaim resourceclaims," +
    "ResourceClaimTemplate resourceclaimtemplates",
  "storage.k8s.io/v1": "CSIStorageCapacity csistoragecapacities",
};
const CLUSTER_SCOPED: Readonly<Record<string, string>> = {
  "v1": "Namespace namespaces ns, Node nodes no," +
    "PersistentVolume persistentvolumes pv",
  "admissionregistration.k8s.io/v1":
    "MutatingWebhookConfiguration mutatingwebhookconfigurations," +
    "ValidatingWebhookConfiguration validatingwebhookconfigurations," +
    "ValidatingAdmissionPolicy validatingadmissionpolicies," +
    "ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings",
  "apiextensions.k8s.io/v1":
    "CustomResourceDefinition customresourcedefinitions crd crds",
  "apiregistration.k8s.io/v1": "APIService apiservices",
  "certificates.k8s.io/v1":
    "CertificateSigningRequest certificatesigningrequests csr",
  "flowcontrol.apiserver.k8s.io/v1": "FlowSchema flowschemas," +
    "PriorityLevelConfiguration prioritylevelconfigurations",
  "networking.k8s.io/v1": "IngressClass ingressclasses," +
    "IPAddress ipaddresses ip, ServiceCIDR servicecidrs",
  "node.k8s.io/v1": "RuntimeClass runtimeclasses",
  "rbac.authorization.k8s.io/v1": "ClusterRole clusterroles," +
    "ClusterRoleBinding clusterrolebindings",
  "resource.k8s.io/v1": "DeviceClass deviceclasses," +
    "ResourceSlice resourceslices",
  "scheduling.k8s.io/v1": "PriorityClass priorityclasses pc",
  "storage.k8s.io/v1": "StorageClass storageclasses sc," +
    "CSIDriver csidrivers, CSINode csinodes," +
    "VolumeAttachment volumeattachments," +
    "VolumeAttributesClass volumeattributesclasses vac",
};

const TABLE: readonly BuiltInResource[] = [
  ...rows(NAMESPACED, true),
  ...rows(CLUSTER_SCOPED, false),
];

/**
 * Finds a built-in resource by its plural or singular name.
 *
 * @param text `pods`, `Pod`, `deployments.apps`, `deployments.v1.apps`.
 * @returns The resource; undefined if it is not built-in.
 */
export function builtInResource(text: string): ResourceType | undefined {
  return find(text, ({ fullNames }) => fullNames);
}

/**
 * Finds a built-in resource by its short name. On a server that has another
 * resource of that name, the name means the other one.
 *
 * @param text `po`, `deploy`, `deploy.apps`.
 * @returns The resource; undefined if it is not a short name.
 */
export function builtInByShortName(text: string): ResourceType | undefined {
  return find(text, ({ shortNames }) => shortNames);
}

function find(
  text: string,
  namesOf: (row: BuiltInResource) => readonly string[],
): ResourceType | undefined {
  const [name = "", ...rest] = text.toLowerCase().split(".");
  const named = TABLE.filter((row) => namesOf(row).includes(name));
  if (rest.length === 0) return named[0];
  const group = rest.join(".");
  // `pods.v1.` is in the core group.
  const [version, ...groupParts] = rest;
  return named.find((row) =>
    row.group === group ||
    (groupParts.length > 0 && row.version === version &&
      row.group === groupParts.join("."))
  );
}

/**
 * Lists all built-in resources.
 *
 * @returns The resources, with their kinds and names.
 */
export function allBuiltIn(): readonly BuiltInResource[] {
  return TABLE;
}

/**
 * Finds a built-in resource by the kind of its objects.
 *
 * @param apiVersion The `apiVersion` of the objects.
 * @param kind The `kind` of the objects.
 * @returns The resource; undefined if it is not built-in.
 */
export function builtInKind(
  apiVersion: string,
  kind: string,
): ResourceType | undefined {
  return TABLE.find((row) =>
    row.kind === kind && apiVersionOf(row) === apiVersion
  );
}

/**
 * The `apiVersion` of the objects of a resource.
 *
 * @param resource The resource.
 * @returns `"v1"`, `"apps/v1"`.
 */
export function apiVersionOf({ group, version }: ResourceType): string {
  return group === "" ? version : `${group}/${version}`;
}

function rows(
  table: Readonly<Record<string, string>>,
  namespaced: boolean,
): BuiltInResource[] {
  return Object.entries(table).flatMap(([apiVersion, resources]) => {
    const [version = "", group = ""] = apiVersion.split("/").reverse();
    return resources.split(",").map((resource) => {
      const [kind = "", plural = "", ...shortNames] = resource.trim().split(
        " ",
      );
      const fullNames = [plural, kind.toLowerCase()];
      const type = { plural, group, version, namespaced, builtIn: true };
      return { ...type, kind, fullNames, shortNames };
    });
  });
}
