/**
 * When the kinds of projects that provide certificates, storage, databases,
 * machines and clusters are ready.
 *
 * @module
 */

import { field, numberField, textField } from "../internal/json_fields.ts";
import { counted } from "../internal/text.ts";
import type { KubernetesObject } from "../api/types.ts";
import { findCondition, hasCondition } from "./_find_condition.ts";
import {
  byPhase,
  byStatusCondition,
  byStatusConditions,
  describeCondition,
  failed,
  ready,
  type ReadyKind,
  STATELESS,
  waiting,
} from "./_ready_verdict.ts";

const READY = byStatusCondition("Ready");

/** While a certificate is issued, only that condition says what goes wrong. */
const certificate: ReadyKind = {
  decidedBy: "Ready",
  judge(object) {
    const verdict = READY.judge(object);
    const issuing = findCondition(object, "Issuing");
    return verdict.state === "ready" || issuing === undefined
      ? verdict
      : waiting(`${verdict.why}; ${describeCondition(issuing, "Issuing")}`);
  },
};

const certificateRequest = byStatusCondition("Ready", {
  isFinal: (object) =>
    hasCondition(object, "Denied") || hasCondition(object, "InvalidRequest") ||
    textField(findCondition(object, "Ready"), "reason") === "Failed",
});

/** Orders and challenges of ACME, which never leave these states. */
const acme = byPhase({
  path: ["status", "state"],
  ready: ["valid"],
  failed: ["invalid", "expired", "errored"],
  message: ["status", "reason"],
});

const crossplanePackage = byStatusConditions("Healthy", "Installed");

const snapshot: ReadyKind = {
  judge(object) {
    const error = textField(object, "status", "error", "message");
    if (field(object, "status", "readyToUse") === true) return ready("usable");
    // The controller tries again, so that an error is not final.
    return waiting(`not ready to use${error ? `: ${error}` : ""}`);
  },
};

/** Its condition Ready stays true while it is hibernated. */
const postgresCluster: ReadyKind = {
  decidedBy: "Ready",
  judge(object) {
    const off = ["cnpg.io/hibernation", "cnpg.io/reconciliationLoop"].find(
      (name) =>
        ["on", "disabled"].includes(
          textField(object, "metadata", "annotations", name) ?? "",
        ),
    );
    if (off !== undefined) return waiting(`switched off by ${off}`);
    const wanted = numberField(object, "spec", "instances") ?? 1;
    const healthy = numberField(object, "status", "readyInstances") ?? 0;
    const instances = `${healthy} of ${counted(wanted, "instance")} ready`;
    const phase = textField(object, "status", "phase");
    if (!hasCondition(object, "Ready") || healthy < wanted) {
      return waiting([instances, phase].filter(Boolean).join(": "));
    }
    return ready(instances);
  },
};

const RUNNING_MACHINE = byStatusCondition("Ready", {
  unless: [["Paused", "True"]],
});

/** Off is what the owner of a halted machine wants. */
const virtualMachine: ReadyKind = {
  decidedBy: "Ready",
  judge(object) {
    const isHalted = field(object, "spec", "running") === false ||
      textField(object, "spec", "runStrategy") === "Halted";
    const state = textField(object, "status", "printableStatus");
    if (!isHalted) return RUNNING_MACHINE.judge(object);
    return (state === "Stopped" ? ready : waiting)(
      `halted, ${state ?? "no printableStatus"}`,
    );
  },
};

const virtualMachineInstance = byStatusCondition("Ready", {
  unless: [["Paused", "True"]],
  isFinal: (object) =>
    ["Succeeded", "Failed"].includes(
      textField(object, "status", "phase") ?? "",
    ),
});

const migration = byPhase({
  path: ["status", "phase"],
  ready: ["Succeeded"],
  failed: ["Failed"],
});

/** Its condition Ready, or Available, is true before it is provisioned. */
const capiCluster: ReadyKind = {
  judge(object) {
    if (field(object, "spec", "paused") === true) return waiting("paused");
    const type =
      ["Ready", "Available"].find((one) =>
        findCondition(object, one) !== undefined
      ) ?? "Available";
    const verdict = byStatusCondition(type).judge(object);
    const phase = textField(object, "status", "phase");
    return verdict.state === "ready" && phase !== "Provisioned"
      ? waiting(phase ?? "no phase")
      : verdict;
  },
};

const machineDeployment: ReadyKind = {
  judge(object) {
    if (field(object, "spec", "paused") === true) return waiting("paused");
    const phase = textField(object, "status", "phase") ?? "Running";
    const why = machines(object);
    if (phase !== "Running") return waiting(`${phase}, ${why.text}`);
    return (why.areThere ? ready : waiting)(why.text);
  },
};

function machines(object: KubernetesObject) {
  const number = (name: string) => numberField(object, "status", name);
  const wanted = numberField(object, "spec", "replicas") ?? 1;
  const available = number("availableReplicas") ?? 0;
  // The second is the name in v1beta2.
  const updated = number("updatedReplicas") ?? number("upToDateReplicas") ?? 0;
  return {
    text: `${available} of ${counted(wanted, "machine")} available`,
    areThere: available >= wanted && updated >= wanted &&
      (number("replicas") ?? 0) <= wanted,
  };
}

/** Available means that some replicas run, of whatever version. */
const deploymentConfig: ReadyKind = {
  judge(object) {
    const wanted = numberField(object, "spec", "replicas") ?? 1;
    const available = numberField(object, "status", "availableReplicas") ?? 0;
    const progressing = findCondition(object, "Progressing");
    const reason = textField(progressing, "reason");
    const why = `${available} of ${counted(wanted, "replica")} available`;
    if (reason === "ProgressDeadlineExceeded") {
      return failed(`${reason}: ${why}`);
    }
    const isDone = hasCondition(object, "Progressing") &&
      reason === "NewReplicationControllerAvailable";
    if (!isDone) {
      return waiting(
        `${describeCondition(progressing, "Progressing")}; ${why}`,
      );
    }
    return (available < wanted ? waiting : ready)(why);
  },
};

const clusterOperator = byStatusCondition("Available", {
  unless: [["Degraded", "True"], ["Progressing", "True"]],
});

const ingressController = byStatusCondition("Available", {
  unless: [
    ["Degraded", "True"],
    ["Progressing", "True"],
    ["DeploymentReplicasAllAvailable", "False"],
  ],
});

/** Strimzi replaces the condition Ready by a condition NotReady. */
const strimzi: ReadyKind = {
  decidedBy: "Ready",
  judge(object) {
    const notReady = findCondition(object, "NotReady");
    return hasCondition(object, "NotReady")
      ? waiting(describeCondition(notReady, "NotReady"))
      : READY.judge(object);
  },
};

const STRIMZI = [
  "Kafka",
  "KafkaBridge",
  "KafkaConnect",
  "KafkaConnector",
  "KafkaMirrorMaker2",
  "KafkaTopic",
  "KafkaUser",
];

/** How to judge the kinds of these projects, by `"group/Kind"`. */
export const PLATFORM_KINDS: readonly (readonly [string, ReadyKind])[] = [
  ["cert-manager.io/Certificate", certificate],
  ["cert-manager.io/CertificateRequest", certificateRequest],
  ["cert-manager.io/Issuer", READY],
  ["cert-manager.io/ClusterIssuer", READY],
  ["acme.cert-manager.io/Order", acme],
  ["acme.cert-manager.io/Challenge", acme],
  ["pkg.crossplane.io/Provider", crossplanePackage],
  ["pkg.crossplane.io/Configuration", crossplanePackage],
  ["pkg.crossplane.io/Function", crossplanePackage],
  ["apiextensions.crossplane.io/Composition", STATELESS],
  ["apiextensions.crossplane.io/EnvironmentConfig", STATELESS],
  ["snapshot.storage.k8s.io/VolumeSnapshot", snapshot],
  ["snapshot.storage.k8s.io/VolumeSnapshotContent", snapshot],
  ["snapshot.storage.k8s.io/VolumeSnapshotClass", STATELESS],
  ["groupsnapshot.storage.k8s.io/VolumeGroupSnapshot", snapshot],
  ["groupsnapshot.storage.k8s.io/VolumeGroupSnapshotContent", snapshot],
  ["groupsnapshot.storage.k8s.io/VolumeGroupSnapshotClass", STATELESS],
  ["postgresql.cnpg.io/Cluster", postgresCluster],
  ["kubevirt.io/VirtualMachine", virtualMachine],
  ["kubevirt.io/VirtualMachineInstance", virtualMachineInstance],
  ["kubevirt.io/VirtualMachineInstanceMigration", migration],
  ["cluster.x-k8s.io/Cluster", capiCluster],
  ["cluster.x-k8s.io/MachineDeployment", machineDeployment],
  [
    "karpenter.sh/NodeClaim",
    byStatusCondition("Ready", { unless: [["Disrupting", "True"]] }),
  ],
  ["apps.openshift.io/DeploymentConfig", deploymentConfig],
  ["config.openshift.io/ClusterOperator", clusterOperator],
  ["operator.openshift.io/IngressController", ingressController],
  ...STRIMZI.map((kind): [string, ReadyKind] => [
    `kafka.strimzi.io/${kind}`,
    strimzi,
  ]),
];
