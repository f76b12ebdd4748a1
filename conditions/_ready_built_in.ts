/**
 * When the kinds that Kubernetes itself defines are ready.
 *
 * @module
 */

import { field, numberField, textField } from "../internal/json_fields.ts";
import { counted } from "../internal/text.ts";
import { findCondition, hasCondition } from "./_find_condition.ts";
import { isJobComplete } from "./job_conditions.ts";
import { isPodReady } from "./pod_conditions.ts";
import {
  isCrdEstablished,
  isLoadBalancerReady,
  isPvcBound,
} from "./resource_conditions.ts";
import {
  byCondition,
  byPhase,
  byStatusCondition,
  describeCondition,
  failed,
  ready,
  type ReadyKind,
  STATELESS,
  waiting,
} from "./_ready_verdict.ts";
import {
  judgeDaemonSet,
  judgeDeployment,
  judgeReplicaSet,
  judgeStatefulSet,
} from "./_ready_workloads.ts";

const POD = byCondition(isPodReady());
const LOAD_BALANCER = byCondition(isLoadBalancerReady());

const pod: ReadyKind = {
  // `isPodReady` throws for a pod that is over, however it has ended.
  judge: (object) =>
    textField(object, "status", "phase") === "Succeeded"
      ? ready("Succeeded")
      : POD.judge(object),
};

const service: ReadyKind = {
  judge: (object) =>
    textField(object, "spec", "type") === "LoadBalancer"
      ? LOAD_BALANCER.judge(object)
      : ready("there"),
};

const persistentVolume = byPhase({
  path: ["status", "phase"],
  ready: ["Available", "Bound"],
  message: ["status", "message"],
});

const podDisruptionBudget: ReadyKind = {
  judge(object) {
    const healthy = numberField(object, "status", "currentHealthy") ?? 0;
    const desired = numberField(object, "status", "desiredHealthy");
    if (desired === undefined || !isObserved(object)) {
      return waiting("the newest specification has not been observed");
    }
    const why = `${healthy} of ${counted(desired, "pod")} healthy`;
    return (healthy < desired ? waiting : ready)(why);
  },
};

/** Unlike other controllers, that of budgets starts from a zeroed status. */
function isObserved(object: unknown): boolean {
  const generation = numberField(object, "metadata", "generation") ?? 0;
  const observed = numberField(object, "status", "observedGeneration") ?? 0;
  return generation <= observed;
}

const HPA_CONDITIONS = ["AbleToScale", "ScalingActive"];
const HPA_ANNOTATION = "autoscaling.alpha.kubernetes.io/conditions";

const horizontalPodAutoscaler: ReadyKind = {
  judge(object) {
    const scaler = withAnnotatedConditions(object);
    for (const type of HPA_CONDITIONS) {
      if (hasCondition(scaler, type, "False")) {
        return waiting(describeCondition(findCondition(scaler, type), type));
      }
    }
    const known = HPA_CONDITIONS.filter((type) => hasCondition(scaler, type));
    if (known.length === 0) return waiting("no condition AbleToScale");
    return ready(known.map((type) => `${type}=True`).join(", "));
  },
};

/** `autoscaling/v1` has no conditions, and keeps them in an annotation. */
function withAnnotatedConditions(object: unknown): unknown {
  const text = textField(object, "metadata", "annotations", HPA_ANNOTATION);
  if (text === undefined) return object;
  try {
    return { status: { conditions: JSON.parse(text) } };
  } catch {
    // Whoever can edit annotations may have put anything there.
    return object;
  }
}

const certificateSigningRequest: ReadyKind = {
  judge(object) {
    for (const type of ["Denied", "Failed"]) {
      if (hasCondition(object, type)) {
        return failed(describeCondition(findCondition(object, type), type));
      }
    }
    if (!hasCondition(object, "Approved")) return waiting("not approved");
    return textField(object, "status", "certificate")
      ? ready("certificate issued")
      : waiting("approved, but no certificate has been issued");
  },
};

const volumeAttachment: ReadyKind = {
  judge(object) {
    if (field(object, "status", "attached") === true) return ready("attached");
    const error = textField(object, "status", "attachError", "message");
    return waiting(`not attached${error ? `: ${error}` : ""}`);
  },
};

const resourceClaim: ReadyKind = {
  judge: (object) =>
    field(object, "status", "allocation") === undefined
      ? waiting("not allocated")
      : ready("allocated"),
};

/** The kinds that have a state. */
const WITH_STATE: readonly (readonly [string, ReadyKind])[] = [
  ["Pod", pod],
  ["Service", service],
  ["Node", byStatusCondition("Ready")],
  ["Namespace", byPhase({ path: ["status", "phase"], ready: ["Active"] })],
  ["PersistentVolume", persistentVolume],
  ["PersistentVolumeClaim", byCondition(isPvcBound())],
  ["ReplicationController", { judge: judgeReplicaSet }],
  ["apps/Deployment", { judge: judgeDeployment }],
  ["extensions/Deployment", { judge: judgeDeployment }],
  ["apps/ReplicaSet", { judge: judgeReplicaSet }],
  ["extensions/ReplicaSet", { judge: judgeReplicaSet }],
  ["apps/StatefulSet", { judge: judgeStatefulSet }],
  ["apps/DaemonSet", { judge: judgeDaemonSet }],
  ["extensions/DaemonSet", { judge: judgeDaemonSet }],
  ["batch/Job", byCondition(isJobComplete())],
  ["networking.k8s.io/Ingress", LOAD_BALANCER],
  ["extensions/Ingress", LOAD_BALANCER],
  ["policy/PodDisruptionBudget", podDisruptionBudget],
  ["autoscaling/HorizontalPodAutoscaler", horizontalPodAutoscaler],
  ["apiregistration.k8s.io/APIService", byStatusCondition("Available")],
  [
    "apiextensions.k8s.io/CustomResourceDefinition",
    byCondition(isCrdEstablished()),
  ],
  [
    "certificates.k8s.io/CertificateSigningRequest",
    certificateSigningRequest,
  ],
  ["storage.k8s.io/VolumeAttachment", volumeAttachment],
  ["resource.k8s.io/ResourceClaim", resourceClaim],
];

/** The kinds whose objects are ready once they exist, by group. */
const WITHOUT_STATE: Readonly<Record<string, string>> = {
  "": "ConfigMap Endpoints Event LimitRange PodTemplate ResourceQuota Secret " +
    "ServiceAccount",
  "apps": "ControllerRevision",
  "batch": "CronJob",
  "admissionregistration.k8s.io":
    "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding " +
    "MutatingWebhookConfiguration ValidatingAdmissionPolicy " +
    "ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration",
  "certificates.k8s.io": "ClusterTrustBundle",
  "coordination.k8s.io": "Lease LeaseCandidate",
  "discovery.k8s.io": "EndpointSlice",
  "events.k8s.io": "Event",
  "extensions": "NetworkPolicy PodSecurityPolicy",
  "flowcontrol.apiserver.k8s.io": "FlowSchema PriorityLevelConfiguration",
  "networking.k8s.io": "IPAddress IngressClass NetworkPolicy",
  "node.k8s.io": "RuntimeClass",
  "policy": "PodSecurityPolicy",
  "rbac.authorization.k8s.io":
    "ClusterRole ClusterRoleBinding Role RoleBinding",
  "resource.k8s.io":
    "DeviceClass DeviceTaintRule ResourceClaimTemplate ResourceSlice",
  "scheduling.k8s.io": "PriorityClass",
  "storage.k8s.io": "CSIDriver CSINode CSIStorageCapacity StorageClass " +
    "VolumeAttributesClass",
};

/** How to judge the kinds that Kubernetes defines, by `"group/Kind"`. */
export const BUILT_IN_KINDS: readonly (readonly [string, ReadyKind])[] = [
  ...WITH_STATE,
  ...Object.entries(WITHOUT_STATE).flatMap(([group, kinds]) =>
    kinds.split(" ").map((kind): [string, ReadyKind] => [
      group === "" ? kind : `${group}/${kind}`,
      STATELESS,
    ])
  ),
];
