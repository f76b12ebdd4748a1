/**
 * The resources that a command line can name without asking the server: those
 * of Kubernetes itself, by plural, singular, short name or kind. Anything else
 * is written in full, `plural.version.group`, which needs no table.
 *
 * A table and not API discovery, because a wait should cost one request; what
 * it cannot tell is whether a custom resource has namespaces.
 *
 * @module
 */

import { didYouMean } from "../watch/_suggest.ts";
import { UsageError } from "./_usage_error.ts";

/** A resource as a command line names it. */
export interface ResourceType {
  /** Plural name, as in paths: `"deployments"`. */
  readonly plural: string;
  /** API group; empty for the core group. */
  readonly group: string;
  /** Version in the group. */
  readonly version: string;
  /** Whether its objects live in namespaces; undefined where not known. */
  readonly namespaced: boolean | undefined;
  /** Whether every Kubernetes has it. */
  readonly builtIn: boolean;
}

interface Row extends ResourceType {
  /** What it may be called: plural, singular, short names. */
  readonly names: readonly string[];
}

/** `Kind plural short…`, in the order in which `kubectl` would find them. */
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

const TABLE: readonly Row[] = [
  ...rows(NAMESPACED, true),
  ...rows(CLUSTER_SCOPED, false),
];

const IN_FULL = "plural.version.group, such as certificates.v1.cert-manager.io";
const VERSION = /^v[1-9][0-9]*((alpha|beta)[1-9][0-9]*)?$/;
const NAME_PART = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/**
 * Finds a resource by what it was called.
 *
 * @param text `pods`, `po`, `Pod`, `deployments.apps`,
 *   `deployments.v1.apps`, `widgets.v1.example.com`.
 * @returns The resource.
 * @throws {UsageError} If it is none that is known, nor written in full.
 */
export function findResource(text: string): ResourceType {
  const [name = "", ...rest] = text.toLowerCase().split(".");
  if (rest.length === 0) return byName(text, name);
  const [version = "", ...groupParts] = rest;
  if (VERSION.test(version) && groupParts.length > 0) {
    return inFull(text, name, version, groupParts);
  }
  const group = rest.join(".");
  const row = TABLE.find((row) =>
    row.group === group && row.names.includes(name)
  );
  if (row !== undefined) return row;
  const example = VERSION.test(group) || !NAME_PART.test(name)
    ? IN_FULL
    : `plural.version.group, such as ${name}.v1.${group}`;
  throw new UsageError(
    `unknown resource ${JSON.stringify(text)}: write it in full, ${example}`,
  );
}

function byName(text: string, name: string): ResourceType {
  const row = TABLE.find(({ names }) => names.includes(name));
  if (row !== undefined) return row;
  const advice = didYouMean(name, TABLE.flatMap(({ names }) => names)) ||
    `write a custom resource in full, ${IN_FULL}`;
  throw new UsageError(`unknown resource ${JSON.stringify(text)}: ${advice}`);
}

function inFull(
  text: string,
  name: string,
  version: string,
  groupParts: readonly string[],
): ResourceType {
  // `pods.v1.` is how the core group is written.
  const group = groupParts.join(".");
  const row = TABLE.find((row) =>
    row.group === group && row.names.includes(name)
  );
  if (row !== undefined) {
    return { ...row, version, builtIn: version === row.version };
  }
  if ([name, ...groupParts].every((part) => NAME_PART.test(part))) {
    return {
      plural: name,
      group,
      version,
      namespaced: undefined,
      builtIn: false,
    };
  }
  throw new UsageError(
    `malformed resource ${JSON.stringify(text)}: write it in full, ${IN_FULL}`,
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
): Row[] {
  return Object.entries(table).flatMap(([apiVersion, resources]) => {
    const [version = "", group = ""] = apiVersion.split("/").reverse();
    return resources.split(",").map((resource) => {
      const [kind = "", plural = "", ...short] = resource.trim().split(" ");
      const names = [plural, kind.toLowerCase(), ...short];
      return { plural, group, version, namespaced, builtIn: true, names };
    });
  });
}
